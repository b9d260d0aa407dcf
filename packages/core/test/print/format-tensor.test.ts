import { afterEach, describe, expect, it } from 'vitest';
import {
  formatGathered,
  formatTensor,
  getPrintOptions,
  type PrintSource,
  printedIndices,
  setPrintOptions,
} from '../../src/print/index.ts';
import { elements, type RecordedPrint, recorded, restore, source } from './recorded.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const float32 = (shape: number[], value: (index: number) => number): PrintSource => ({
  shape,
  dtype: 'float32',
  at: value,
});

afterEach(() => restore({}));

function check(print: RecordedPrint): void {
  restore(print);
  const { shape, dtype, extras } = print;
  const indices = print.at ?? range(print.data.length);
  const tensor = source(print);
  expect(formatTensor(tensor, extras)).toBe(print.text);
  expect(tensor.touched).toEqual(indices);
  expect(printedIndices(shape)).toEqual(indices);
  expect(formatGathered(elements(print), shape, dtype, extras)).toBe(print.text);
}

describe('prints as PyTorch', () => {
  it.each(recorded.named.map((print) => [print.code, print] as const))('%s', (_, print) => check(print));
});

describe('prints random tensors as PyTorch', () => {
  const cases = recorded.random.map((print, i) => [i, print.dtype, `[${print.shape}]`, print] as const);
  it.each(cases)('case %i: %s %s', (_index, _dtype, _shape, print) => check(print));
});

describe('a summarised print', () => {
  it('touches the edges of a huge tensor only', () => {
    const touched: number[] = [];
    const huge = float32([1e5, 1e5], (index) => touched.push(index));
    expect(formatTensor(huge).split('\n')).toHaveLength(7);
    expect(touched).toHaveLength(36);
    expect(touched.at(-1)).toBe(1e10 - 1);
  });

  it('follows the options in force', () => {
    expect(printedIndices([4, 2])).toEqual(range(8));
    setPrintOptions({ threshold: 5, edgeitems: 1 });
    expect(printedIndices([4, 2])).toEqual([0, 1, 6, 7]);
    expect(printedIndices([4, 3])).toEqual([0, 2, 9, 11]);
    expect(printedIndices([])).toEqual([0]);
    expect(printedIndices([1000, 0])).toEqual([]);
  });

  it('can be made with options that are no longer in force', () => {
    setPrintOptions({ threshold: 5, edgeitems: 1 });
    const options = getPrintOptions();
    const indices = printedIndices([10], options);
    setPrintOptions({ profile: 'default' });
    expect(indices).toEqual([0, 9]);
    expect(formatGathered(indices, [10], 'int32', {}, options)).toBe(
      'tensor([0,  ..., 9], dtype=torch.int32)',
    );
  });

  it('shows nothing but the ellipsis of a matrix without edge items, which PyTorch cannot print', () => {
    setPrintOptions({ threshold: 5, edgeitems: 0 });
    expect(formatTensor(float32([10, 2], () => 1))).toBe('tensor([...])');
  });
});

describe('suffixes', () => {
  const ones = float32([2], () => 1);

  it('names a device that is not the CPU, before all others', () => {
    expect(formatTensor(ones, { device: 'webgpu', requiresGrad: true })).toBe(
      "tensor([1., 1.], device='webgpu', requires_grad=True)",
    );
    expect(
      formatTensor(
        float32([0, 3], () => 1),
        { device: 'wasm:1' },
      ),
    ).toBe("tensor([], device='wasm:1', size=(0, 3))");
  });

  it('prefers the gradient function to requires_grad', () => {
    expect(formatTensor(ones, { gradFn: 'MulBackward0', requiresGrad: true })).toBe(
      'tensor([1., 1.], grad_fn=<MulBackward0>)',
    );
    expect(formatTensor(ones, { requiresGrad: false })).toBe('tensor([1., 1.])');
  });

  it('indents wrapped lines below the prefix', () => {
    const row = float32([1, 10], () => 1.5);
    expect(formatTensor(row, { prefix: 'Image(', gradFn: 'AliasBackward0' })).toBe(
      [`Image([[${Array(9).fill('1.5000').join(', ')},`, '        1.5000]], grad_fn=<AliasBackward0>)'].join(
        '\n',
      ),
    );
  });
});

describe('elements', () => {
  it('may be numbers in an int64 tensor and 0 or 1 in a bool tensor', () => {
    expect(formatTensor({ shape: [2], dtype: 'int64', at: (i) => i * 10 })).toBe('tensor([ 0, 10])');
    expect(formatTensor({ shape: [2], dtype: 'bool', at: (i) => i })).toBe('tensor([False,  True])');
  });
});
