#!/usr/bin/env python3
"""Fills in what the scenarios of a suite file print, raise and leave behind, from real PyTorch.

usage, in this folder: python3 record.py ../suite/smoke.json
Write a scenario's id, title, tags and cells by hand; this writes each one's `expect` and the file's provenance. Warnings are
recorded for scenarios with the tag `feature:warnings`. Where a cell's expectation says that it `differs` on purpose, what it
wants stays and what PyTorch gives is recorded beside it.
"""
import json
import pathlib
import sys

from replay import provenance, run_scenario, write



def chosen(name, wanted, recorded):
    """What a cell should do on purpose, with what PyTorch does beside it."""
    parts = ['output', 'error', 'warnings', 'values']
    if 'values' not in wanted and 'values' in recorded:
        wanted = {**wanted, 'values': recorded['values']}
    differs = {part: recorded.get(part) for part in parts if recorded.get(part) != wanted.get(part)}
    if not differs:
        raise SystemExit(f'{name} does not differ any more')
    kept = {part: wanted[part] for part in parts if part in wanted}
    return {**kept, 'differs': {'why': wanted['differs']['why'], **differs}}


for name in sys.argv[1:]:
    path = pathlib.Path(name)
    suite = json.loads(path.read_text(encoding='utf-8'))
    for entry in suite['scenarios']:
        wanted = entry.get('expect', {})
        with_warnings = 'feature:warnings' in entry.get('tags', [])
        entry['expect'] = run_scenario(entry['cells'], entry.get('setup'), with_warnings)
        for cell, was in wanted.items():
            if 'differs' in was:
                entry['expect'][cell] = chosen(entry['id'], was, entry['expect'][cell])
    suite['provenance'] = provenance(suite['provenance'].get('notes', []))
    write(path, suite)
