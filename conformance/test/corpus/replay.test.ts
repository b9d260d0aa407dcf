import { cpu } from '@taimatsu/backend-cpu';
import * as torch from '@taimatsu/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeTensor } from '../../src/corpus/decode.ts';
import type { CorpusFile, NumberRecord, SampleRecord, TensorRecord } from '../../src/corpus/format.ts';
import { opOfFile } from '../../src/corpus/read.ts';
import { replayFile } from '../../src/corpus/replay.ts';

beforeAll(() => {
  torch.setDefaultDevice(cpu);
});

const record = (data: readonly NumberRecord[], changes: Partial<TensorRecord> = {}): TensorRecord => ({
  $: 'tensor',
  dtype: 'float64',
  shape: [data.length],
  strides: [1],
  offset: 0,
  requires_grad: false,
  data,
  ...changes,
});
const leaf = (data: readonly NumberRecord[], changes: Partial<TensorRecord> = {}): TensorRecord =>
  record(data, { requires_grad: true, ...changes });

/** `x * y` with both gradients. */
const product: SampleRecord = {
  name: '',
  seed: 1,
  input: leaf([1, 2, 3]),
  args: [leaf([4, 5, 6])],
  kwargs: {},
  output: leaf([4, 10, 18]),
  cotangents: { out: record([-1.25, 0.5, -0.5]) },
  grad_targets: ['input', 'args[0]'],
  grads: [record([-5, 2.5, -3]), record([-1.25, 1, -1.5])],
};

const file = (op: string, sample: SampleRecord, variant = ''): CorpusFile => ({
  torch: '1.13',
  op,
  variant,
  dtype: 'float64',
  samples: [sample],
});

async function outcome(op: string, sample: SampleRecord, variant = ''): Promise<object> {
  const { count, failures, reasons } = await replayFile(file(op, sample, variant));
  return { ...count, where: failures.flatMap((one) => one.differences.map(({ where }) => where)), reasons };
}

describe('a recorded call', () => {
  it('passes with its output and its gradients', async () => {
    expect(await outcome('mul', product)).toMatchObject({ samples: 1, passed: 1 });
  });

  it.each<[string, object, string]>([
    ['a wrong output', { output: leaf([4, 10, 18.1]) }, 'output at element 2'],
    [
      'a wrong gradient',
      { grads: [record([-5, 2.5, -3]), record([-1.25, 1, 1.5])] },
      'grad of args[0] at element 2',
    ],
    ['a gradient that should not be', { grads: [null, record([-1.25, 1, -1.5])] }, 'grad of input'],
    [
      'an output that should not require gradients',
      { output: record([4, 10, 18]), cotangents: undefined },
      'output',
    ],
    ['an error that did not come', { error: ['RuntimeError', 'no'] }, 'call'],
    ['an error that should not come', { args: [leaf([1, 2])] }, 'call'],
  ])('fails for %s', async (_, changes, where) => {
    expect(await outcome('mul', { ...product, ...changes })).toMatchObject({
      failed: 1,
      where: [where],
    });
  });

  it('passes when it must raise and does', async () => {
    const { output: _, ...rest } = product;
    const text = 'The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0';
    const raising = (...error: [string, string]): SampleRecord => ({
      ...rest,
      args: [record([1, 2])],
      error,
    });
    expect(await outcome('mul', raising('RuntimeError', text))).toMatchObject({ passed: 1 });
    expect(await outcome('mul', raising('RuntimeError', 'sizes'))).toMatchObject({ failed: 1 });
    expect(await outcome('mul', raising('ValueError', text))).toMatchObject({ failed: 1 });
  });

  it('may end in the list of overloads that Python has', async () => {
    const error: [string, string] = [
      'TypeError',
      'xlogy() received an invalid combination of arguments - got (int, int), but expected one of:\n * (Tensor input)',
    ];
    expect(await outcome('xlogy', { ...product, input: 2, args: [3], error })).toMatchObject({ passed: 1 });
  });

  it('may be four times as far from the exact result as what PyTorch gave, and no further', async () => {
    const exact = (off: number): SampleRecord => ({
      ...product,
      output: leaf([4, 10, 18.000_005]),
      reference: { output: { data: [4, 10, 17.999_999_9 - 3e-6], off } },
    });
    // 18 is 3.1e-6 off, 1.6 tolerances.
    expect(await outcome('mul', exact(0.5))).toMatchObject({ passed: 1 });
    expect(await outcome('mul', exact(0.3))).toMatchObject({ failed: 1 });
  });

  it('has singular vectors up to the sign of a pair', async () => {
    const turned = (sign: 1 | -1): SampleRecord => ({
      ...product,
      input: record([2, 0, 0, 0], { shape: [2, 2], strides: [2, 1] }),
      args: [record([1, 0, 0, 1], { shape: [2, 2], strides: [2, 1] })],
      kwargs: { q: 1, niter: 2, M: null },
      output: {
        $: 'tuple',
        v: [
          record([-1, 0], { shape: [2, 1], strides: [1, 1] }),
          record([2]),
          record([sign, 0], { shape: [2, 1], strides: [1, 1] }),
        ],
      },
      cotangents: {},
      grad_targets: [],
      grads: [],
    });
    expect(await outcome('svd_lowrank', turned(-1))).toMatchObject({ passed: 1 });
    expect(await outcome('svd_lowrank', turned(1))).toMatchObject({ failed: 1 });
  });

  it.each([
    [[0, 0, 0, 0], 1],
    [[4, -2, -2, 1], 1],
    [[4, -2, -2, 2], 0],
    [[1, 0, 0, 0], 0],
  ])('has the gradient of a singular determinant as 0 or as the derivative: %j', async (grad, passed) => {
    const square = { shape: [2, 2], strides: [2, 1] };
    const singular: SampleRecord = {
      ...product,
      input: leaf([1, 2, 2, 4], square),
      args: [],
      output: leaf([0], { shape: [], strides: [] }),
      cotangents: { out: record([1], { shape: [], strides: [] }) },
      grad_targets: ['input'],
      grads: [record(grad, square)],
    };
    expect(await outcome('linalg.det', singular)).toMatchObject({ passed });
  });

  it('is missing when the name, or what it needs, is not there', async () => {
    expect(await outcome('no_such_op', product)).toMatchObject({
      missing: 1,
      reasons: ['no_such_op: not in the table'],
    });
    const complex: SampleRecord = { ...product, input: record([1, 0], { dtype: 'complex128', shape: [1] }) };
    expect(await outcome('mul', complex)).toMatchObject({ missing: 1, reasons: ['no dtype complex128'] });
  });

  it('seeds the generator as it was recorded', async () => {
    torch.manualSeed(5);
    const drawn = torch.rand([2], { dtype: 'float64' }).tolist() as number[];
    const sample: SampleRecord = { name: '', seed: 5, input: 2, args: [], kwargs: {}, output: record(drawn) };
    expect(
      await outcome('rand', { ...sample, kwargs: { dtype: { $: 'dtype', v: 'float64' } } }),
    ).toMatchObject({ passed: 1 });
  });
});

describe('decoding', () => {
  it('lays elements out as they were', () => {
    const tensor = decodeTensor(leaf([1, 2, 3, 4, 5, 6], { shape: [2, 3], strides: [1, 4], offset: 2 }));
    expect(tensor.strides).toEqual([1, 4]);
    expect(tensor.offset).toBe(2);
    expect(tensor.tolist()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(tensor.requiresGrad).toBe(true);
    expect(tensor.gradFn).toBeNull();
  });

  it.each<[TensorRecord, unknown]>([
    [record([7, 7], { strides: [0] }), [7, 7]],
    [record([], { shape: [0, 3], strides: [3, 1] }), []],
    [record([5], { shape: [], strides: [] }), 5],
    [record(['nan', 'inf', '-inf', '-0']), [Number.NaN, Infinity, -Infinity, -0]],
    [record(['9007199254740993'], { dtype: 'int64' }), [9007199254740993n]],
    [record([1, 0], { dtype: 'bool' }), [true, false]],
    [record([0.5, 1], { dtype: 'float16' }), [0.5, 1]],
  ])('%j', (tensor, elements) => {
    expect(decodeTensor(tensor).tolist()).toEqual(elements);
  });

  it('names operators by their files', () => {
    expect(opOfFile('/corpus/max@binary.float64.json')).toBe('max@binary');
    expect(opOfFile('nn.functional.conv2d.float32.json')).toBe('nn.functional.conv2d');
  });
});
