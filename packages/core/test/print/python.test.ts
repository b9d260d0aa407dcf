import { describe, expect, it } from 'vitest';
import {
  formatNestedItems,
  formatReturnType,
  formatScalarItem,
  formatSize,
  PythonFloat,
  PythonTuple,
  type PythonValue,
  pythonPrint,
  pythonStr,
} from '../../src/print/index.ts';

const tensor = { toString: (): string => 'tensor([1.])' };

describe('pythonStr', () => {
  it.each<[string, PythonValue]>([
    ['True', true],
    ['False', false],
    ['None', null],
    ['None', undefined],
    ['3', 3],
    ['0.1', 0.1],
    ['1e-05', 1e-5],
    ['-0.0', -0],
    ['1e+22', 1e22],
    ['nan', Number.NaN],
    ['9223372036854775807', 9223372036854775807n],
    ['3.0', new PythonFloat(3)],
    ["it's", "it's"],
    ['[]', []],
    ['[1, [True, None]]', [1, [true, null]]],
    ["['a', \"it's\", '\\n', 'a\\'\"', '\\x00é']", ['a', "it's", '\n', 'a\'"', '\0é']],
    ['()', new PythonTuple()],
    ['(1,)', new PythonTuple(1)],
    ["(1, 'a', [2])", new PythonTuple(1, 'a', [2])],
    ['[tensor([1.]), (tensor([1.]),)]', [tensor, new PythonTuple(tensor)]],
    [
      "{'a': tensor([1.]), 2: []}",
      new Map<PythonValue, PythonValue>([
        ['a', tensor],
        [2, []],
      ]),
    ],
  ])('%s', (text, value) => {
    expect(pythonStr(value)).toBe(text);
  });
});

it('joins what is printed with spaces', () => {
  expect(pythonPrint(tensor, 'and', true, null)).toBe('tensor([1.]) and True None');
  expect(pythonPrint()).toBe('');
});

it('prints items by the dtype of their tensor', () => {
  expect(formatScalarItem(2.5, 'float32')).toBe('2.5');
  expect(formatScalarItem(Math.fround(0.1), 'float32')).toBe('0.10000000149011612');
  expect(formatScalarItem(0.0999755859375, 'float16')).toBe('0.0999755859375');
  expect(formatScalarItem(3, 'float64')).toBe('3.0');
  expect(formatScalarItem(2n, 'int64')).toBe('2');
  expect(formatScalarItem(2, 'int32')).toBe('2');
  expect(formatScalarItem(true, 'bool')).toBe('True');
  expect(formatScalarItem(0, 'bool')).toBe('False');
});

it('prints nested items', () => {
  expect(formatNestedItems([0.1, 0.2].map(Math.fround), 'float32')).toBe(
    '[0.10000000149011612, 0.20000000298023224]',
  );
  expect(
    formatNestedItems(
      [
        [1n, 2n],
        [3n, 4n],
      ],
      'int64',
    ),
  ).toBe('[[1, 2], [3, 4]]');
  expect(formatNestedItems([[1], []], 'float64')).toBe('[[1.0], []]');
  expect(formatNestedItems(true, 'bool')).toBe('True');
});

it('prints sizes', () => {
  expect(formatSize([])).toBe('torch.Size([])');
  expect(formatSize([3])).toBe('torch.Size([3])');
  expect(formatSize([2, 3])).toBe('torch.Size([2, 3])');
});

it('prints named results', () => {
  expect(formatReturnType('max', { values: 'tensor(1.)', indices: 'tensor(0)' })).toBe(
    'torch.return_types.max(\nvalues=tensor(1.),\nindices=tensor(0))',
  );
});
