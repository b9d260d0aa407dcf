import { describe, expect, it } from 'vitest';
import {
  canCast,
  type DType,
  dtypes,
  promoteTypes,
  resultType,
  type Scalar,
  scalarDtype,
  setDefaultDtype,
  type Typed,
} from '../../src/dtype/index.ts';
import { cells, recorded } from './recorded.ts';

const vector = (dtype: string): Typed => ({ dtype: dtype as DType, shape: [2] });
const point = (dtype: string): Typed => ({ dtype: dtype as DType, shape: [] });
const scalars: { readonly [kind: string]: Scalar } = { bool: true, int: 2n, float: 2.5 };

describe('promotion', () => {
  it('of two dtypes is PyTorch`s table, and symmetric', () => {
    for (const [a, b, outcome] of cells(recorded.promote)) {
      expect(promoteTypes(a as DType, b as DType), `${a} ${b}`).toBe(outcome);
      expect(promoteTypes(b as DType, a as DType), `${b} ${a}`).toBe(outcome);
    }
  });

  it('of tensors and scalars goes by dimensions first', () => {
    for (const [a, b, outcome] of cells(recorded.dim_0d)) {
      expect(resultType(vector(a), point(b)), `${a} ${b}`).toBe(outcome);
      expect(resultType(point(b), vector(a)), `${b} ${a}`).toBe(outcome);
    }
    for (const [a, b, outcome] of cells(recorded['0d_0d'])) {
      expect(resultType(point(a), point(b)), `${a} ${b}`).toBe(outcome);
    }
    for (const [a, b, outcome] of cells(recorded.dim_scalar)) {
      expect(resultType(vector(a), scalars[b]!), `${a} ${b}`).toBe(outcome);
    }
    for (const [a, b, outcome] of cells(recorded['0d_scalar'])) {
      expect(resultType(point(a), scalars[b]!), `${a} ${b}`).toBe(outcome);
    }
  });

  it('of scalars alone gives bool, int64 or the default dtype', () => {
    expect([true, 3n, 0.5].map(scalarDtype)).toEqual(['bool', 'int64', 'float32']);
    setDefaultDtype('float64');
    try {
      expect(resultType(vector('int32'), 0.5)).toBe('float64');
      expect(resultType(vector('float32'), 0.5)).toBe('float32');
    } finally {
      setDefaultDtype('float32');
    }
  });

  it('into a destination may not lower the category', () => {
    const allowed = (from: DType): number => dtypes.filter((to) => canCast(from, to)).length;
    expect([allowed('bool'), allowed('int64'), allowed('float16')]).toEqual([10, 9, 4]);
  });
});
