#!/usr/bin/env python3
"""Fills in what the scenarios of a suite file print, raise and leave behind, from real PyTorch.

usage, in this folder: python3 record.py ../suite/smoke.json
Write a scenario's id, title, tags and cells by hand; this writes each one's `expect` and the file's provenance.
"""
import json
import pathlib
import sys

from replay import provenance, run_scenario, write

for name in sys.argv[1:]:
    path = pathlib.Path(name)
    suite = json.loads(path.read_text(encoding='utf-8'))
    for entry in suite['scenarios']:
        entry['expect'] = run_scenario(entry['cells'], entry.get('setup'))
    suite['provenance'] = provenance(suite['provenance'].get('notes', []))
    write(path, suite)
