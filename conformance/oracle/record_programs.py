#!/usr/bin/env python3
"""Records random programs: what real PyTorch prints and raises for each of their cells.

usage, in this folder: python3 record_programs.py OUT.json --seed 1 --count 500
"""
import argparse
import pathlib
import re
import warnings

import torch

from programs.cells import SETUP, next_cell
from programs.program import Program
from replay import provenance, run_cell, write


# What differs on purpose: docs/autograd.md. And where PyTorch stops in the middle of writing.
HALF = re.compile(r"not implemented for '(Half|BFloat16)'|INTERNAL ASSERT|negative output size|ScatterAddBackward0 returned")
RENAMED = re.compile(r'(ReshapeAlias|Norm|Squeeze|Diag)Backward\d|(Add|Sub|Mul|Div)Backward1|NotImplemented|-0\.(?!\d*[1-9])')
PARTIAL = re.compile('ZeroDivisionError|out of bounds|out of range|INDICES element')


def recorded(seed, number):
    names = {'torch': torch, 'F': torch.nn.functional}
    torch.set_grad_enabled(True)
    exec(SETUP, names)  # noqa: S102
    program = Program(f'{seed}/{number}', names)
    focus = 'grad' if number % 3 == 2 else 'all'
    cells = []
    expect = {}
    for i in range(1, program.whole(4, 9) + 1):
        try:
            code = next_cell(program, focus)
        except RuntimeError:
            # A view whose history cannot be told any more.
            break
        did = run_cell(code, names)
        did.pop('values', None)
        if HALF.search(did.get('error', '')):
            continue
        if RENAMED.search(did['output']):
            break
        cells.append({'id': str(i), 'code': code})
        expect[str(i)] = did
        if PARTIAL.search(did.get('error', '')):
            break
    if not cells:
        return None
    return {
        'id': f'programs/seed-{seed}-{number}',
        'title': f'Program {number} of seed {seed}',
        'tags': [f'feature:{focus}'],
        'setup': SETUP,
        'cells': cells,
        'expect': expect,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=500)
    args = parser.parse_args()
    warnings.simplefilter('ignore')
    scenarios = [one for one in (recorded(args.seed, number) for number in range(args.count)) if one is not None]
    write(pathlib.Path(args.out), {
        'format': 1,
        'level': 'programs',
        'provenance': provenance([]),
        'scenarios': scenarios,
    })


if __name__ == '__main__':
    main()
