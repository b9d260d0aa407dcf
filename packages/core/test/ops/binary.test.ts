import { describe, expect, test } from 'vitest';
import { torch } from '../setup.ts';
import { checkInPlace, checkOp, type Domain, sample } from './check-op.ts';

type Binary = (a: torch.Tensor, b: torch.Tensor) => torch.Tensor;
const ops = torch as unknown as Readonly<Record<string, Binary>>;

const smooth: Readonly<Record<string, Domain>> = {
  add: {},
  sub: {},
  rsub: {},
  mul: {},
  div: { range: [0.5, 2] },
  pow: { range: [0.5, 2] },
  maximum: {},
  minimum: {},
  fmax: {},
  fmin: {},
  atan2: { range: [0.3, 2] },
  hypot: { range: [0.3, 2] },
  copysign: { range: [0.3, 2] },
  logaddexp: {},
  logaddexp2: {},
  xlogy: { range: [0.3, 2] },
  fmod: { range: [0.3, 0.9] },
  remainder: { range: [0.3, 0.9] },
};

describe('gradients of both orders', () => {
  for (const [name, domain] of Object.entries(smooth)) {
    test(name, () => checkOp((a, b) => ops[name]!(a, b), 2, domain));
  }
});

describe('in place', () => {
  for (const [name, domain] of Object.entries(smooth)) {
    if (name === 'rsub') continue;
    test(`${name}_`, () =>
      checkInPlace(name, (seed) => [sample([2, 3], domain.range ?? [-2, 2], seed)], domain));
  }
  test('with a scalar', () => {
    for (const name of ['add', 'sub', 'mul', 'div', 'pow'])
      checkInPlace(name, () => [1.5], { range: [0.5, 2] });
  });
});

test('gradients of stretched operands have the operands’ shapes', () => {
  checkOp((a) => a.mul(torch.arange(3, { dtype: 'float64' }).add(1)).add(a.sum(0)), 1);
  const column = sample([2, 1], [1, 2], 0);
  const row = sample([3], [1, 2], 1);
  column.div(row).sum().backward();
  expect(column.grad!.shape).toEqual([2, 1]);
  expect(row.grad!.shape).toEqual([3]);
});

test('a tie splits the gradient of maximum, and goes to the first of fmax', () => {
  const pair = (): [torch.Tensor, torch.Tensor] => [
    torch.tensor([1], { requiresGrad: true }),
    torch.tensor([1], { requiresGrad: true }),
  ];
  const [a, b] = pair();
  a.maximum(b).sum().backward();
  expect([a.grad!.item(), b.grad!.item()]).toEqual([0.5, 0.5]);
  const [c, d] = pair();
  c.fmax(d).sum().backward();
  expect([c.grad!.item(), d.grad!.item()]).toEqual([1, 0]);
});
