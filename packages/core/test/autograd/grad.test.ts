import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const leaf = (...values: number[]) => torch.tensor(values, { requiresGrad: true });
const lists = (grads: readonly (Tensor | null)[]) => grads.map((g) => g?.tolist() ?? null);

describe('grad', () => {
  it('leaves .grad alone, also of tensors in between', () => {
    const x = leaf(1, 2);
    const y = x.mul(2);
    expect(lists(torch.grad(y.sum(), y))).toEqual([[1, 1]]);
    expect([x.grad, x.grad]).toEqual([null, null]);
  });

  it('takes several inputs, also the same one twice', () => {
    const [x, y] = [leaf(1, 1), leaf(2, 2)];
    expect(lists(torch.grad(x.mul(y).sum(), [x, y]))).toEqual([
      [2, 2],
      [1, 1],
    ]);
    expect(lists(torch.grad(x.mul(y).sum(), [y, x, x]))).toEqual([
      [1, 1],
      [2, 2],
      [2, 2],
    ]);
  });

  it('sums over outputs, each weighted by its gradient', () => {
    const x = leaf(1, 1);
    expect(lists(torch.grad([x.sum(), x.mul(2).sum()], x))).toEqual([[3, 3]]);
    expect(
      lists(torch.grad([x, x.mul(2)], x, { gradOutputs: [torch.tensor([2, 0]), torch.tensor([0, 5])] })),
    ).toEqual([[2, 10]]);
  });

  it('gives null or zeros for what is not used, if asked to', () => {
    const [x, y] = [leaf(1), leaf(2)];
    expect(lists(torch.grad(x.sum(), [x, y], { allowUnused: true }))).toEqual([[1], null]);
    expect(lists(torch.grad(x.sum(), [x, y], { materializeGrads: true }))).toEqual([[1], [0]]);
    expect(() => torch.grad(x.sum(), y)).toThrow('appears to not have been used in the graph');
    expect(() => torch.grad(x.sum(), y, { materializeGrads: true, allowUnused: false })).toThrow(
      'Expected allow_unused to be True or not passed when materialize_grads=True',
    );
  });

  it('is itself differentiable when the graph is recorded', () => {
    const x = leaf(1, 1);
    const [first] = torch.grad(x.pow(3).sum(), x, { createGraph: true });
    expect(String(first)).toBe('tensor([3., 3.], grad_fn=<MulBackward0>)');
    const [second] = torch.grad(first!.sum(), x, { createGraph: true });
    const [third] = torch.grad(second!.sum(), x);
    expect([second!.tolist(), third!.tolist()]).toEqual([
      [6, 6],
      [6, 6],
    ]);
  });

  it('of a linear function is no part of a graph', () => {
    const x = leaf(1, 1);
    const [g] = torch.grad(x.mul(2).sum(), x, { createGraph: true });
    expect([g!.requiresGrad, g!.gradFn]).toEqual([false, null]);
  });

  it('does not run hooks of what it does not pass', () => {
    const x = leaf(1);
    const y = x.mul(2);
    const calls: string[] = [];
    x.registerHook(() => void calls.push('x'));
    y.registerHook(() => void calls.push('y'));
    torch.grad(y.mul(3), y);
    expect(calls).toEqual(['y']);
  });
});

describe('backward', () => {
  it('accumulates only into the inputs it is given, leaves or not', () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)];
    const y = x.mul(w);
    y.sum().backward(null, { inputs: [y, w] });
    expect([y.grad!.tolist(), w.grad!.tolist(), x.grad]).toEqual([[1, 1], [1, 2], null]);
  });

  it('starts from one element without a gradient, in any number of dimensions', () => {
    const x = torch.ones([1, 1], { requiresGrad: true });
    x.mul(2).backward();
    expect(x.grad!.tolist()).toEqual([[2]]);
  });

  it('takes several roots with a gradient each', () => {
    const x = leaf(1, 2);
    torch.backward([x.sum(), x.mul(2)], [null, torch.tensor([1, 10])]);
    expect(x.grad!.tolist()).toEqual([3, 21]);
  });

  it('may be called inside of backward', () => {
    const x = leaf(2);
    const inner = leaf(3);
    const y = x.mul(x);
    y.registerHook((g) => {
      torch.enableGrad(() => inner.mul(inner)).backward();
      return g;
    });
    y.backward();
    expect([x.grad!.tolist(), inner.grad!.tolist()]).toEqual([[4], [6]]);
  });

  it('leaves the graph usable after a hook threw', () => {
    const x = leaf(2);
    const y = x.exp();
    const handle = y.registerHook(() => {
      throw new Error('stop');
    });
    expect(() => y.backward(null, { retainGraph: true })).toThrow('stop');
    handle.remove();
    y.backward();
    expect(x.grad!.item()).toBeCloseTo(Math.exp(2), 5);
    expect(torch.isGradEnabled()).toBe(true);
  });

  it('keeps the gradient outside the graph though the given gradient requires one', () => {
    const x = leaf(1, 1);
    const g = torch.tensor([2, 2], { requiresGrad: true });
    x.mul(1).backward(g);
    expect([x.grad!.requiresGrad, x.grad!.tolist()]).toEqual([false, [2, 2]]);
  });
});
