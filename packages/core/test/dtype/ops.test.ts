import type { DType, Scalar, Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';
import { cells, type Outcome, recorded, type Table } from './recorded.ts';

const ones = (dtype: string, shape: readonly number[]): Tensor =>
  torch.ones(shape, { dtype: dtype as DType });
const scalars: { readonly [kind: string]: Scalar } = { bool: true, int: 2n, float: 2.5 };

const binary: { readonly [op: string]: (a: Tensor, b: Tensor) => Tensor } = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  div: (a, b) => a.div(b),
  floordiv: (a, b) => a.floorDivide(b),
  mod: (a, b) => a.remainder(b),
  pow: (a, b) => a.pow(b),
  fmod: (a, b) => a.fmod(b),
  eq: (a, b) => a.eq(b),
  lt: (a, b) => a.lt(b),
  atan2: (a, b) => a.atan2(b),
  maximum: (a, b) => a.maximum(b),
  bitwise_and: (a, b) => a.bitwiseAnd(b),
  lshift: (a, b) => a.bitwiseLeftShift(b),
  where: (a, b) => torch.where(torch.tensor([true, false]), a, b),
  cat: (a, b) => torch.cat([a, b]),
  stack: (a, b) => torch.stack([a, b]),
  matmul: (a, b) => a.matmul(b),
  logical_and: (a, b) => a.logicalAnd(b),
  hypot: (a, b) => a.hypot(b),
  copysign: (a, b) => a.copysign(b),
  true_divide: (a, b) => a.div(b),
  remainder: (a, b) => a.remainder(b),
};

const unary: { readonly [op: string]: (x: Tensor) => Tensor } = {
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  sign: (x) => x.sign(),
  sqrt: (x) => x.sqrt(),
  exp: (x) => x.exp(),
  log: (x) => x.log(),
  sin: (x) => x.sin(),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  relu: (x) => x.relu(),
  floor: (x) => x.floor(),
  ceil: (x) => x.ceil(),
  round: (x) => x.round(),
  trunc: (x) => x.trunc(),
  square: (x) => x.square(),
  reciprocal: (x) => x.reciprocal(),
  erf: (x) => x.erf(),
  isnan: (x) => x.isnan(),
  isinf: (x) => x.isinf(),
  logical_not: (x) => x.logicalNot(),
  bitwise_not: (x) => x.bitwiseNot(),
  sum: (x) => x.sum(),
  mean: (x) => x.mean(),
  prod: (x) => x.prod(),
  cumsum: (x) => x.cumsum(0),
  cumprod: (x) => x.cumprod(0),
  std: (x) => x.std(),
  var: (x) => x.var(),
  max: (x) => x.max(),
  argmax: (x) => x.argmax(),
  all: (x) => x.all(),
  any: (x) => x.any(),
  median: (x) => x.median(),
  sort: (x) => x.sort().values,
  unique: (x) => x.unique() as Tensor,
  softmax: (x) => x.softmax(0),
  norm: (x) => x.norm(),
  rsqrt: (x) => x.rsqrt(),
  expm1: (x) => x.expm1(),
  frac: (x) => x.frac(),
  positive: (x) => x.positive(),
};

/**
 * Half precision where float32 is supported: PyTorch 1.13 has no such kernels on the CPU, 2.x has, and computes in float32
 * as we do.
 */
const laterSupported = (op: string, outcome: Outcome): boolean =>
  typeof outcome === 'object' &&
  /not implemented for '(Half|BFloat16)'$/.test(outcome.text) &&
  typeof (recorded.same[op] ?? recorded.unary[op])!.float32 === 'string';

function outcomeOf(run: () => Tensor): Outcome {
  try {
    return run().dtype;
  } catch (error) {
    return { error: (error as Error).name, text: (error as Error).message };
  }
}

describe('arithmetic of tensors and scalars', () => {
  const add = {
    dim_0d: (a: string, b: string) => ones(a, [2]).add(ones(b, [])),
    '0d_0d': (a: string, b: string) => ones(a, []).add(ones(b, [])),
    dim_scalar: (a: string, b: string) => ones(a, [2]).add(scalars[b]!),
    '0d_scalar': (a: string, b: string) => ones(a, []).add(scalars[b]!),
  };
  it.each(Object.entries(add))('%s', (name, run) => {
    for (const [a, b, outcome] of cells(recorded[name as keyof typeof add])) {
      expect(
        outcomeOf(() => run(a, b)),
        `${a}, ${b}`,
      ).toEqual(outcome);
    }
  });

  it('takes a whole number as an integer next to integers', () => {
    for (const dtype of Object.keys(recorded.promote)) {
      expect(ones(dtype, [2]).add(2).dtype).toBe(ones(dtype, [2]).add(2n).dtype);
    }
  });
});

function checkTable(table: Table, run: (op: string, column: string) => Tensor): void {
  it.each(Object.keys(table))('%s', (op) => {
    for (const [column, outcome] of Object.entries(table[op]!)) {
      const got = outcomeOf(() => run(op, column));
      if (laterSupported(op, outcome)) expect(typeof got, `${op} ${column}`).toBe('string');
      else expect(got, `${op} ${column}`).toEqual(outcome);
    }
  });
}

describe('binary operations of one dtype', () => {
  checkTable(recorded.same, (op, dtype) => binary[op]!(ones(dtype, [2]), ones(dtype, [2])));
});

describe('binary operations of two dtypes', () => {
  checkTable(recorded.mixed, (op, pair) => {
    const [a, b] = pair.split(',') as [string, string];
    return binary[op]!(ones(a, [2]), ones(b, [2]));
  });
});

describe('unary operations and reductions', () => {
  checkTable(recorded.unary, (op, dtype) => unary[op]!(ones(dtype, [2])));

  it('leaves out no recorded operation', () => {
    expect(Object.keys(recorded.unary).filter((op) => !(op in unary))).toEqual([]);
    expect(Object.keys(recorded.same).filter((op) => !(op in binary))).toEqual([]);
  });
});
