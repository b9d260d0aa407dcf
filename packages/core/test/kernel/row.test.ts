import { describe, expect, test } from 'vitest';
import { planRow, rowKernel } from '../../src/kernel/index.ts';
import { type Expr, load, param, s } from '../../src/scalar/index.ts';

const x = load(0, 'float32');
const shifted = s.exp(s.sub(x, load(1, 'float32')));
const softmax = [
  { combine: 'max', pre: x },
  { combine: 'sum', pre: shifted },
] as const;

describe('row programs', () => {
  test('equal ones are one', () => {
    const make = (): unknown => rowKernel(1, softmax, s.div(shifted, load(2, 'float32')), 'float32');
    expect(make()).toBe(make());
    expect(rowKernel(1, softmax, s.sub(shifted, load(2, 'float32')), 'float32')).not.toBe(make());
  });

  test('what is dear and used again is kept, unless storing it would round it', () => {
    const body = s.div(shifted, load(2, 'float32'));
    const { kept } = rowKernel(1, softmax, body, 'float32');
    expect(kept?.stage).toBe(1);
    expect(kept?.element.body).toEqual(s.div(load(3, 'float32'), load(2, 'float32')));
    expect(rowKernel(1, softmax, body, 'float16').kept).toBeUndefined();
    expect(rowKernel(1, softmax, s.sub(x, load(2, 'float32')), 'float32').kept).toBeUndefined();
  });

  test('scalars of all parts are numbered together', () => {
    const wide = load(0, 'float64');
    const stages = [
      { combine: 'sum', pre: wide, post: (sum: Expr) => s.div(sum, param(1, 'float64')) },
    ] as const;
    const kernel = rowKernel(1, stages, s.mul(wide, param(0, 'float64')), 'float64');
    expect(kernel.params).toEqual(['float64', 'float64']);
    expect(kernel.dtype).toBe('float64');
  });

  test('mixed dtypes are no business of a backend', () => {
    const stages = [{ combine: 'sum', pre: load(0, 'float16') }] as const;
    expect(rowKernel(1, stages, load(0, 'float16'), 'float32').dtype).toBeUndefined();
  });
});

describe('planRow', () => {
  test('dimensions that lie as one are a row', () => {
    const own = [12, 4, 1];
    expect(planRow([2, 3, 4], [1, 2], own, [own, [0, 4, 1], [1, 0, 0]], [[1, 0, 0]])).toEqual({
      outer: { size: 2, shape: [2], strides: [[12], [12], [0], [1], [1]] },
      length: 12,
      splat: [false, false, true],
    });
  });

  test('other rows have no plan', () => {
    expect(planRow([2, 3], [1], [3, 1], [[1, 2]], [])).toBeUndefined();
    expect(planRow([2, 3], [0], [3, 1], [[3, 1]], [])).toBeUndefined();
    expect(planRow([2, 3, 4], [0, 2], [12, 4, 1], [[12, 4, 1]], [])).toBeUndefined();
  });
});
