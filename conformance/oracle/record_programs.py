#!/usr/bin/env python3
"""Records random programs: what real PyTorch prints and raises for each of their cells.

usage, in this folder: python3 record_programs.py OUT.json --seed 1 --count 500
replay: taimatsu-conformance run --suite OUT.json --backend cpu,wasm

Known to differ, and not avoided: errors where several things are wrong at once, and which of several indices out of range is
named; the last digits of transcendental functions where they decide the printed ones, and the sign of 0; grad_fn of integers and
of rot90, diff(0), movedim without dimensions and products whose first factor is a matrix and whose second is a batch of them; F.pad
below size 1; writing by index into stretched tensors; index_add and index_copy of tensors without dimensions; dtypes refused where
nothing is computed; the storage offset of empty views; hooks and grad() of one tensor.
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
        did = run_cell(code, names, with_values=False)
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
        'cells': cells,
        'expect': expect,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=500)
    parser.add_argument('--without', type=lambda text: [int(one) for one in text.split(',')], default=[],
                        help='numbers of programs to leave out, with commas between')
    args = parser.parse_args()
    warnings.simplefilter('ignore')
    numbers = [number for number in range(args.count) if number not in args.without]
    scenarios = [one for one in (recorded(args.seed, number) for number in numbers) if one is not None]
    notes = ['Programs left out meet what differs on purpose, or what is not defined.'] if args.without else []
    write(pathlib.Path(args.out), {
        'format': 1,
        'level': 'programs',
        'provenance': provenance(notes),
        'setup': SETUP,
        'scenarios': scenarios,
    })


if __name__ == '__main__':
    main()
