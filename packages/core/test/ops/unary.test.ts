import { describe, expect, test } from 'vitest';
import { torch } from '../setup.ts';
import { checkInPlace, checkOp, type Domain } from './check-op.ts';

const smooth: Readonly<Record<string, Domain>> = {
  neg: {},
  abs: { range: [0.1, 2] },
  sqrt: { range: [0.2, 3] },
  rsqrt: { range: [0.2, 3] },
  reciprocal: { range: [0.3, 3] },
  square: {},
  exp: {},
  exp2: {},
  expm1: {},
  log: { range: [0.1, 5] },
  log1p: { range: [-0.8, 5] },
  log2: { range: [0.1, 5] },
  log10: { range: [0.1, 5] },
  sin: {},
  cos: {},
  tan: { range: [-1.2, 1.2] },
  asin: { range: [-0.9, 0.9] },
  acos: { range: [-0.9, 0.9] },
  atan: {},
  sinh: {},
  cosh: {},
  tanh: {},
  asinh: {},
  acosh: { range: [1.2, 4] },
  atanh: { range: [-0.9, 0.9] },
  sigmoid: {},
  erf: {},
  erfc: {},
  erfinv: { range: [-0.8, 0.8] },
  lgamma: { range: [0.4, 5] },
  sinc: { range: [0.2, 2] },
  relu: { range: [0.1, 2] },
  rad2deg: {},
  deg2rad: {},
  frac: { range: [0.1, 0.9] },
  digamma: { range: [0.6, 5], second: false },
};

type Unary = (x: torch.Tensor) => torch.Tensor;
const ops = torch as unknown as Readonly<Record<string, Unary>>;

describe('gradients of both orders', () => {
  for (const [name, domain] of Object.entries(smooth)) {
    test(name, () => checkOp((x) => ops[name]!(x), 1, domain));
  }
});

describe('in place', () => {
  for (const [name, domain] of Object.entries(smooth)) {
    test(`${name}_`, () => checkInPlace(name, () => [], domain));
  }
});

test.each(['sign', 'floor', 'ceil', 'trunc', 'round'])('%s is flat: its gradient is 0', (name) => {
  const x = torch.tensor([-1.5, 0.25, 2.75], { requiresGrad: true });
  ops[name]!(x).sum().backward();
  expect(x.grad!.tolist()).toEqual([0, 0, 0]);
});

test('kinks and singular points', () => {
  const gradAt = (name: string, value: number): number => {
    const x = torch.tensor(value, { requiresGrad: true });
    ops[name]!(x).backward();
    return x.grad!.item() as number;
  };
  expect(gradAt('abs', 0)).toBe(0);
  expect(gradAt('relu', 0)).toBe(0);
  expect(gradAt('sqrt', 0)).toBe(Number.POSITIVE_INFINITY);
  expect(gradAt('rsqrt', 0)).toBe(Number.NEGATIVE_INFINITY);
  expect(gradAt('log', 0)).toBe(Number.POSITIVE_INFINITY);
  expect(ops.relu!(torch.tensor(Number.NaN)).item()).toBeNaN();
  expect(ops.sign!(torch.tensor(Number.NaN)).item()).toBe(0);
});
