import { expect } from 'vitest';
import { torch } from '../setup.ts';

type Tensor = torch.Tensor;

/** What to feed an operation with. */
export interface Domain {
  /** Values are spread evenly over this range, away from its ends. Default [-2, 2]. */
  readonly range?: readonly [number, number];
  readonly shape?: readonly number[];
  /** False for operations whose second derivative does not exist or is not smooth here. Default true. */
  readonly second?: boolean;
}

/** Values without pattern over a range, the same on every run. */
export function sample(
  shape: readonly number[],
  [low, high]: readonly [number, number],
  seed: number,
): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const values = Array.from(
    { length: n },
    (_, i) => low + (high - low) * fraction(i * 0.618034 + seed * 0.2791 + 0.137),
  );
  return torch.tensor(values, { dtype: 'float64' }).view(shape).requiresGrad_();
}

const fraction = (x: number): number => x - Math.floor(x);

/**
 * The laws of a differentiable function: its gradients are those of central differences, and so are the gradients of its
 * gradients; views of other strides and offsets give the same values and gradients as fresh copies.
 */
export function checkOp(fn: (...inputs: Tensor[]) => Tensor, inputs: number, domain: Domain = {}): void {
  const { range = [-2, 2], shape = [2, 3], second = true } = domain;
  const fresh = Array.from({ length: inputs }, (_, i) => sample(shape, range, i));
  expect(torch.gradcheck(fn, fresh)).toBe(true);
  if (second) expect(torch.gradgradcheck(fn, fresh)).toBe(true);
  checkViews(fn, fresh);
}

/** The same values seen through a transpose, a step and an offset. */
const disguises: readonly ((x: Tensor) => Tensor)[] = [
  (x) => (x.ndim < 2 ? x : x.detach().transpose(0, 1).contiguous().transpose(0, 1)),
  (x) => {
    const wide = x.detach().newZeros([...x.shape, 2]);
    wide.select(-1, 1).copy_(x.detach());
    return wide.select(-1, 1);
  },
];

function checkViews(fn: (...inputs: Tensor[]) => Tensor, fresh: readonly Tensor[]): void {
  const [value, grads] = run(fn, fresh);
  for (const disguise of disguises) {
    const [again, gradsAgain] = run(
      fn,
      fresh.map((x) => disguise(x).detach().requiresGrad_()),
    );
    expectClose(again, value);
    for (const [i, grad] of gradsAgain.entries()) expectClose(grad, grads[i]!);
  }
}

function run(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): [Tensor, Tensor[]] {
  const out = fn(...inputs);
  return [
    out.detach(),
    torch.grad(out.sum(), inputs, { allowUnused: true, materializeGrads: true }) as Tensor[],
  ];
}

/** Fails unless two tensors agree in shape and nearly in value. */
export function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const close = actual.isclose(expected.expand(actual.shape), { rtol: 1e-9, atol: 1e-12, equalNan: true });
  expect(close.all().item(), `${String(actual)} against ${String(expected)}`).toBe(true);
}

/** The in-place form gives what the function gives, to the tensor itself, with the same gradients. */
export function checkInPlace(
  name: string,
  args: (seed: number) => readonly unknown[],
  domain: Domain = {},
): void {
  const { range = [-2, 2], shape = [2, 3] } = domain;
  const method = (x: Tensor, suffix: string, given: readonly unknown[]): Tensor =>
    (x as unknown as Record<string, (...a: unknown[]) => Tensor>)[name + suffix]!(...given);
  const leaf = sample(shape, range, 0);
  const given = args(1);
  const expected = method(leaf.mul(1), '', given);
  const [expectedGrad] = torch.grad(expected.sin().sum(), leaf);
  const target = leaf.mul(1);
  const { version } = target;
  const result = method(target, '_', given);
  expect(result).toBe(target);
  expect(target.version).toBe(version + 1);
  expectClose(target.detach(), expected.detach());
  const [grad] = torch.grad(target.sin().sum(), leaf);
  expectClose(grad!, expectedGrad!);
  checkThroughView(method, leaf, given, expected);
}

/** The same, on a view of a larger tensor: the rest stays, the base's gradient is right. */
function checkThroughView(
  method: (x: Tensor, suffix: string, given: readonly unknown[]) => Tensor,
  leaf: Tensor,
  given: readonly unknown[],
  expected: Tensor,
): void {
  const base = torch.stack([leaf, leaf.mul(2)]);
  method(base.select(0, 0), '_', given);
  expect(base.gradFn?.name).toBe('CopySlices');
  expectClose(base.detach().select(0, 0), expected.detach());
  expectClose(base.detach().select(0, 1), leaf.detach().mul(2));
  const [grad] = torch.grad(base.sin().sum(), leaf);
  const [reference] = torch.grad(
    torch
      .stack([method(leaf.mul(1), '', given), leaf.mul(2)])
      .sin()
      .sum(),
    leaf,
  );
  expectClose(grad!, reference!);
}
