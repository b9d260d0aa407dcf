import { cpu } from '@taimatsu/backend-cpu';
import type { Tensor } from '@taimatsu/core';
import { newCounters } from '@taimatsu/core/backend';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const index = (): Tensor => torch.tensor([0n, 2n]);
const column = (): Tensor => torch.tensor([[0n], [1n], [2n]]);
const mask = (): Tensor => torch.tensor([true, false, true]);
const like = (x: Tensor): Tensor => torch.linspace(0.3, 0.7, x.numel(), { dtype: 'float64' }).view(x.shape);

/** Arguments of in-place methods that need some. */
const withArguments: { readonly [method: string]: (x: Tensor) => readonly unknown[] } = {
  ...Object.fromEntries(
    [
      'add',
      'sub',
      'mul',
      'div',
      'pow',
      'atan2',
      'hypot',
      'maximum',
      'minimum',
      'fmax',
      'fmin',
      'fmod',
      'remainder',
    ]
      .concat(['copysign', 'logaddexp', 'logaddexp2', 'xlogy'])
      .map((name) => [name, (x: Tensor) => [like(x)]]),
  ),
  addcdiv: (x) => [like(x), like(x).add(1)],
  addcmul: (x) => [like(x), like(x), { value: 2 }],
  clamp: () => [0.4, 0.6],
  clampMax: () => [0.6],
  clampMin: () => [0.4],
  clip: () => [0.4, 0.6],
  indexAdd: () => [0, index(), torch.ones([2, 3], { dtype: 'float64' }), { alpha: 2 }],
  indexCopy: () => [0, index(), torch.ones([2, 3], { dtype: 'float64' })],
  indexFill: () => [0, index(), 2],
  lerp: (x) => [like(x), 0.3],
  maskedFill: () => [mask(), 3],
  scatter: () => [1, column(), 2],
  scatterAdd: () => [1, column(), torch.ones([3, 1], { dtype: 'float64' })],
};

/** In-place methods of one tensor that have gradients. */
const plain = [
  ...[
    'abs',
    'acos',
    'asin',
    'asinh',
    'atan',
    'atanh',
    'ceil',
    'cos',
    'cosh',
    'deg2rad',
    'digamma',
    'erf',
    'erfc',
  ],
  ...[
    'erfinv',
    'exp',
    'exp2',
    'expm1',
    'floor',
    'frac',
    'lgamma',
    'log',
    'log10',
    'log1p',
    'log2',
    'nanToNum',
    'neg',
  ],
  ...[
    'rad2deg',
    'reciprocal',
    'relu',
    'round',
    'rsqrt',
    'sgn',
    'sigmoid',
    'sign',
    'sin',
    'sinc',
    'sinh',
    'sqrt',
  ],
  ...['square', 'tan', 'tanh', 'trunc'],
];

type Method = (...args: readonly unknown[]) => Tensor;
const call = (x: Tensor, name: string, args: readonly unknown[]): Tensor =>
  (x[name as 'exp'] as Method).apply(x, [...args]);

const start = (): Tensor =>
  torch.linspace(0.2, 0.8, 9, { dtype: 'float64' }).view(3, 3).clone().requiresGrad_();

const cases = [
  ...plain.map((name) => [name, () => []] as const),
  ...Object.entries(withArguments).map(([name, args]) => [name, args] as const),
];

/** Values, gradient and second gradient of something computed from `x`. */
function outcome(x: Tensor, y: Tensor): unknown {
  const weights = torch.linspace(1, 2, y.numel(), { dtype: 'float64' }).view(y.shape);
  const [first] = torch.grad(y.mul(weights).sum(), x, { createGraph: true });
  const second = first!.requiresGrad
    ? torch
        .grad(first!.sum(), x, { allowUnused: true, materializeGrads: true, retainGraph: true })[0]!
        .tolist()
    : torch.zeros([3, 3]).tolist();
  return [y.detach().tolist(), first!.detach().tolist(), second];
}

describe('in place is as out of place', () => {
  it.each(cases)('%s', (name, args) => {
    const [a, b] = [start(), start()];
    const expected = outcome(a, call(a.mul(1), name, args(a)));
    const y = b.mul(1);
    expect(call(y, `${name}_`, args(b))).toBe(y);
    expect(y.version).toBe(1);
    expect(outcome(b, y)).toEqual(expected);
  });

  it.each(cases)('%s on a view', (name, args) => {
    const [a, b] = [start(), start()];
    const expected = outcome(a, call(a.mul(1).t(), name, args(a)));
    const base = b.mul(1);
    const view = base.t();
    call(view, `${name}_`, args(b));
    expect(base.gradFn!.name).toBe('CopySlices');
    expect(outcome(b, base.t())).toEqual(expected);
    expect(outcome(b, view)).toEqual(expected);
  });

  it('is refused for leaves, which stay as they are', () => {
    for (const [name, args] of cases) {
      const x = start();
      expect(() => call(x, `${name}_`, args(x)), name).toThrow(
        'a leaf Variable that requires grad is being used',
      );
      expect([x.version, x.detach().tolist()], name).toEqual([0, start().detach().tolist()]);
    }
  });

  it('without recording, pointwise ones are a single launch that makes no memory', () => {
    const names = ['add', 'mul', 'addcmul', 'addcdiv', 'lerp', 'clamp', 'clampMin', 'round', 'relu'];
    const counted = { ...cpu, counters: newCounters(), allocations: 0 };
    const device = Object.assign(counted, {
      alloc: (...given: Parameters<typeof cpu.alloc>) => {
        counted.allocations++;
        return cpu.alloc(...given);
      },
    });
    for (const name of names) {
      const x = start().detach().to(device);
      const args = (withArguments[name]?.(start().detach()) ?? []).map((arg) =>
        arg instanceof torch.Tensor ? arg.to(device) : arg,
      );
      const [launches, allocations] = [counted.counters.launches, counted.allocations];
      call(x, `${name}_`, args);
      const made = [counted.counters.launches - launches, counted.allocations - allocations];
      expect(made, name).toEqual([1, 0]);
    }
  });

  it('keeps the dtype', () => {
    for (const name of ['sqrt', 'exp', 'sigmoid', 'reciprocal'] as const) {
      const x = torch.tensor([1n, 4n]);
      expect(() => x[`${name}_`](), name).toThrow(
        "result type Float can't be cast to the desired output type Long",
      );
      expect([x.version, x.tolist()]).toEqual([0, [1n, 4n]]);
    }
    const x = torch.ones([2], { dtype: 'float16' });
    expect([x.add_(torch.ones([2], { dtype: 'float64' })).dtype, x.tolist()]).toEqual(['float16', [2, 2]]);
  });
});
