import { wasm } from '@taimatsu/backend-wasm';
import type { Manifest } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { cannotHold } from '../../src/compare/held.ts';
import type { TensorRecord } from '../../src/corpus/format.ts';

const heldAs = (as: 'int32' | 'float32'): Manifest => ({
  ...wasm.manifest,
  dtypes: { ...wasm.manifest.dtypes, int64: { kind: 'held', as, reason: 'a test' } },
});

const record = (dtype: string, data: readonly (number | string)[]): TensorRecord => ({
  $: 'tensor',
  dtype,
  shape: [data.length],
  strides: [1],
  offset: 0,
  requires_grad: false,
  data,
});

test('integers beyond what int64 is held in are named, wherever they are', () => {
  const large = record('int64', [1, '-9223372036854775808']);
  expect(cannotHold(large, wasm.manifest)).toBeUndefined();
  expect(cannotHold(large, heldAs('int32'))).toMatch(/held as int32 there, which -9223372036854775808/);
  expect(cannotHold({ $: 'tuple', v: [null, large] }, heldAs('int32'))).toBeDefined();
  expect(cannotHold(record('int64', [2 ** 31 - 1]), heldAs('int32'))).toBeUndefined();
  expect(cannotHold(record('int64', [2 ** 24]), heldAs('float32'))).toBeDefined();
  expect(cannotHold(record('float32', [1e30]), heldAs('int32'))).toBeUndefined();
});

test('printed integers count, parts of other numbers do not', () => {
  expect(cannotHold(null, heldAs('int32'), 'tensor([10000000000, 1])')).toMatch(/10000000000/);
  expect(
    cannotHold(null, heldAs('int32'), 'tensor(1.10000000000e+10000000000) x10000000000'),
  ).toBeUndefined();
});
