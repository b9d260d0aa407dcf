import { cpu } from '@taimatsu/backend-cpu';
import * as torch from '@taimatsu/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CompareOptions,
  compareTensor,
  compareValue,
  type Difference,
} from '../../src/compare/compare.ts';
import { isClose, toleranceOf } from '../../src/compare/tolerance.ts';
import { ulpDistance } from '../../src/compare/ulp.ts';
import type { NumberRecord, TensorRecord } from '../../src/corpus/format.ts';

beforeAll(() => {
  torch.setDefaultDevice(cpu);
});

const record = (data: readonly NumberRecord[], dtype = 'float64', shape = [data.length]): TensorRecord => ({
  $: 'tensor',
  dtype,
  shape,
  strides: [1],
  offset: 0,
  requires_grad: false,
  data,
});

async function differences(
  expected: TensorRecord,
  got: unknown,
  options?: CompareOptions,
): Promise<readonly Difference[]> {
  return (await compareTensor('output', expected, got, options)).differences;
}

const float64 = (data: number[]): torch.Tensor => torch.tensor(data, { dtype: 'float64' });

describe('a comparison is strict about', () => {
  it.each<[string, TensorRecord, () => unknown, Difference['what']]>([
    ['dtype', record([1, 2]), () => torch.tensor([1, 2], { dtype: 'float32' }), 'dtype'],
    ['integer width', record([1], 'int32'), () => torch.tensor([1n]), 'dtype'],
    ['shape', record([1, 2]), () => float64([1, 2]).view([1, 2]), 'shape'],
    ['rank', record([1], 'float64', []), () => float64([1]), 'shape'],
    ['requires_grad', record([1]), () => float64([1]).requiresGrad_(true), 'requires_grad'],
    ['kind', record([1]), () => 1, 'kind'],
    ['NaN where a number is', record([1]), () => float64([Number.NaN]), 'value'],
    ['a number where NaN is', record(['nan']), () => float64([0]), 'value'],
    ['the sign of infinity', record(['inf']), () => float64([Number.NEGATIVE_INFINITY]), 'value'],
    ['a large number for infinity', record(['inf']), () => float64([Number.MAX_VALUE]), 'value'],
    ['more than the tolerance', record([1]), () => float64([1 + 2.1e-7]), 'value'],
    ['integers off by one', record([7], 'int32'), () => torch.tensor([8], { dtype: 'int32' }), 'value'],
    [
      'int64 beyond 2^53',
      record(['9007199254740993'], 'int64'),
      () => torch.tensor([9007199254740992n]),
      'value',
    ],
    ['bool', record([1], 'bool'), () => torch.tensor([false]), 'value'],
    ['one element of many', record([1, 2, 3]), () => float64([1, 2, 4]), 'value'],
  ])('%s', async (_, expected, got, what) => {
    expect((await differences(expected, got())).map((difference) => difference.what)).toEqual([what]);
  });
});

describe('a comparison accepts', () => {
  it.each<[string, TensorRecord, () => unknown]>([
    ['the same', record([1, -2.5]), () => float64([1, -2.5])],
    ['NaN for NaN', record(['nan', 'inf', '-inf']), () => float64([Number.NaN, Infinity, -Infinity])],
    ['what is within the tolerance', record([1, 1000]), () => float64([1 + 1.9e-7, 1000 + 1e-4])],
    ['other strides', record([1, 2, 3, 4], 'float64', [2, 2]), () => float64([1, 3, 2, 4]).view([2, 2]).t()],
    ['int64 beyond 2^53', record(['9007199254740993'], 'int64'), () => torch.tensor([9007199254740993n])],
    ['bool', record([1, 0], 'bool'), () => torch.tensor([true, false])],
  ])('%s', async (_, expected, got) => {
    expect(await differences(expected, got())).toEqual([]);
  });

  it('any contents where they mean nothing, but not any shape', async () => {
    const options: CompareOptions = { contents: false };
    expect(await differences(record([1, 2]), float64([5, 6]), options)).toEqual([]);
    expect(await differences(record([1, 2]), float64([5]), options)).toHaveLength(1);
  });
});

it('says what differed, and by how much', async () => {
  const [difference] = await differences(record([1, 2, 4]), float64([1, 2.5, 4.25]));
  expect(difference).toMatchObject({
    where: 'output at element 1',
    expected: '2',
    got: '2.5',
    elements: { off: 2, of: 3 },
    maxAbs: 0.5,
    maxRel: 0.25,
  });
});

it('compares results of several parts, whether named or listed', async () => {
  const expected = { $: 'tuple', v: [record([1]), record([2])] } as const;
  const parts = [float64([1]), float64([2])];
  expect((await compareValue('output', expected, parts)).differences).toEqual([]);
  expect(
    (await compareValue('output', expected, { values: parts[0], indices: parts[1] })).differences,
  ).toEqual([]);
  expect((await compareValue('output', expected, [parts[0]])).differences).toHaveLength(1);
  expect(
    (await compareValue('output', expected, { values: parts[1], indices: parts[0] })).differences,
  ).toHaveLength(2);
});

it('compares plain values', async () => {
  expect((await compareValue('output', true, true)).differences).toEqual([]);
  expect((await compareValue('output', true, false)).differences).toHaveLength(1);
  expect((await compareValue('output', null, undefined)).differences).toEqual([]);
  expect((await compareValue('output', 1, 2)).differences).toHaveLength(1);
});

describe('tolerances', () => {
  it('are those of assert_close', () => {
    expect(toleranceOf('float32')).toEqual({ rtol: 1.3e-6, atol: 1e-5 });
    expect(toleranceOf('float64')).toEqual({ rtol: 1e-7, atol: 1e-7 });
    expect(toleranceOf('int64')).toEqual({ rtol: 0, atol: 0 });
    expect(toleranceOf('bool')).toEqual({ rtol: 0, atol: 0 });
  });

  it('are relative to what is expected', () => {
    expect(isClose(100, 101, { rtol: 0.01, atol: 0 })).toBe(true);
    expect(isClose(101, 99.98, { rtol: 0.01, atol: 0 })).toBe(false);
  });
});

describe('ULP', () => {
  it.each<[number, number, string, number]>([
    [1, 1 + Number.EPSILON, 'float64', 1],
    [1, 1 - Number.EPSILON / 2, 'float64', 1],
    [0, 5e-324, 'float64', 1],
    [-5e-324, 5e-324, 'float64', 2],
    [0, -0, 'float64', 0],
    [1, 1 + 2 ** -23, 'float32', 1],
    [27, Math.fround(27 + 100 * 2 ** -19), 'float32', 100],
    [1, 1 + 2 ** -10, 'float16', 1],
    [1, 1 + 2 ** -7, 'bfloat16', 1],
    [3, 5, 'int32', 2],
    [1, Number.NaN, 'float32', Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN, 'float32', 0],
  ])('between %d and %d in %s', (a, b, dtype, distance) => {
    expect(ulpDistance(a, b, dtype)).toBe(distance);
  });
});
