#!/usr/bin/env python3
"""Records the notebook's cells under seeds 0 to 11, from real PyTorch 1.13.

usage, in this folder: python3 record_notebook.py
reads ../suite/notebook.json (the cells), writes ../suite/notebook-seeds.json
"""
import json
import pathlib

from replay import provenance, run_scenario, write

suite = pathlib.Path(__file__).parent.parent / 'suite'
cells = json.loads((suite / 'notebook.json').read_text(encoding='utf-8'))['programs']['notebook']

scenarios = []
for seed in range(12):
    setup = f'torch.manual_seed({seed})'
    scenarios.append({
        'id': f'notebook/seed-{seed}',
        'title': f'The notebook after {setup}',
        'tags': ['dtype:float32', 'grad:1', 'feature:random', 'feature:backward', 'feature:print'],
        'program': 'notebook',
        'setup': setup,
        'verbatim': True,
        'expect': run_scenario(cells, setup),
    })

notes = [
    "The text of the error in cells 14 and 15 is the seed notebook's (PyTorch up to 1.7): the recorder writes it where "
    'PyTorch 1.13 words the same error differently.',
]
write(suite / 'notebook-seeds.json', {
    'format': 1,
    'level': 'notebook',
    'provenance': provenance(notes),
    'scenarios': scenarios,
})
