import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

describe('graph depth costs no stack', () => {
  it('in a chain of a million operations', () => {
    const x = torch.tensor(1, { requiresGrad: true });
    let y = x.add(0);
    for (let i = 1; i < 1_000_000; i++) y = i % 2 === 0 ? y.add(1e-6) : y.neg();
    y.backward();
    expect(x.grad!.item()).toBe(1);
  }, 180_000);

  it('in grad, whose paths to the inputs are looked for', () => {
    const x = torch.tensor(1, { requiresGrad: true });
    const unused = torch.tensor(1, { requiresGrad: true });
    let y = x.add(unused);
    for (let i = 1; i < 30_000; i++) y = y.neg();
    expect(torch.grad(y, x)[0]!.item()).toBe(-1);
  });

  it('in second derivatives', () => {
    const x = torch.tensor(1, { dtype: 'float64', requiresGrad: true });
    let y = x.mul(x);
    for (let i = 1; i < 3_000; i++) y = y.neg();
    const [first] = torch.grad(y, x, { createGraph: true });
    expect(torch.grad(first!, x)[0]!.item()).toBe(-2);
  });

  it('in changes in place', () => {
    const x = torch.ones([4], { requiresGrad: true });
    const y = x.mul(1);
    const v = y.slice(0, 0, 2);
    for (let i = 0; i < 2_000; i++) v.add_(1e-6);
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([1, 1, 1, 1]);
  });

  it('when a graph is tidied', () => {
    const x = torch.tensor(1, { requiresGrad: true });
    const y = torch.tidy(() => {
      let z: Tensor = x.exp();
      for (let i = 0; i < 20_000; i++) z = z.neg();
      return z;
    });
    y.backward();
    expect(x.grad!.item()).toBeCloseTo(Math.E, 5);
  });
});

describe('diamonds', () => {
  /** Each rung doubles the number of paths. */
  const ladder = (x: Tensor, depth: number): Tensor => {
    let y = x;
    for (let i = 0; i < depth; i++) y = y.mul(0.5).add(y.mul(0.5));
    return y;
  };

  it('cost as many steps as there are nodes', () => {
    const x = torch.tensor(3, { dtype: 'float64', requiresGrad: true });
    const y = ladder(x, 300);
    const nodes = new Set<torch.Node>();
    const waiting = [y.gradFn!];
    let steps = 0;
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (nodes.has(node)) continue;
      nodes.add(node);
      node.registerHook(() => void steps++);
      waiting.push(...node.nextNodes.filter((next) => next !== null));
    }
    y.backward();
    expect([x.grad!.item(), nodes.size, steps]).toEqual([1, 901, 900]);
  });

  it('run each node once, after all that needs it', () => {
    const x = torch.tensor(1, { requiresGrad: true });
    const calls: number[] = [];
    let y = x;
    for (let i = 0; i < 50; i++) {
      y = y.mul(0.5).add(y.mul(0.5));
      y.gradFn!.registerPrehook(() => void calls.push(i));
    }
    y.backward();
    expect(calls).toEqual(Array.from({ length: 50 }, (_, i) => 49 - i));
  });
});

describe('memory of a run', () => {
  const n = 1000;
  const leaf = (): Tensor => torch.ones([n], { requiresGrad: true });
  const first = (x: Tensor | null): unknown => x!.slice(0, 0, 2).tolist();

  it('stays with gradients that anyone can reach', () => {
    const [x, w] = [leaf(), leaf()];
    const y = x.mul(w);
    y.retainGrad();
    const seen: Tensor[] = [];
    y.registerHook((g) => void seen.push(g));
    x.registerHook((g) => void seen.push(g));
    y.gradFn!.registerHook((inputs) => void seen.push(...inputs.map((g) => g!)));
    y.mul(3).add(y).sum().backward();
    expect(seen.map(first)).toEqual([
      [4, 4],
      [4, 4],
      [4, 4],
      [4, 4],
    ]);
    expect([x.grad, w.grad, y.grad].map(first)).toEqual([
      [4, 4],
      [4, 4],
      [4, 4],
    ]);
  });

  it('stays with what grad returns, also for roots and tensors in between', () => {
    const x = leaf();
    const y = x.mul(2);
    const z = y.exp().mul(y);
    const weights = torch.full([n], 2);
    const grads = torch.grad(z, [z, y, x, y], { gradOutputs: weights });
    expect(grads[0]!.eq(2).all().item()).toBe(true);
    expect(grads.map((g) => (first(g) as number[])[0]!.toFixed(2))).toEqual(
      [2, 6 * Math.exp(2), 12 * Math.exp(2), 6 * Math.exp(2)].map((v) => v.toFixed(2)),
    );
    expect(weights.sum().item()).toBe(2 * n);
  });

  it('stays with a recorded run', () => {
    const x = leaf();
    const [g] = torch.grad(x.pow(3).sum(), x, { createGraph: true });
    const [h] = torch.grad(g!.mul(g!).sum(), x, { createGraph: true });
    expect([first(g!), first(h!)]).toEqual([
      [3, 3],
      [36, 36],
    ]);
    h!.sum().backward();
    expect(first(x.grad)).toEqual([108, 108]);
  });

  it('stays with gradients that a view shares', () => {
    const x = torch.ones([n], { requiresGrad: true });
    const parts = x.mul(2).split(n / 2);
    torch
      .cat(parts)
      .view(2, n / 2)
      .t()
      .sum()
      .backward();
    expect(first(x.grad)).toEqual([2, 2]);
    const y = leaf();
    y.view(10, 100).expand(2, 10, 100).sum().backward();
    expect(first(y.grad)).toEqual([2, 2]);
  });

  it('stays with the gradient it was started with', () => {
    const x = leaf();
    const g = torch.ones(n);
    x.viewAs(x).backward(g);
    x.mul(2).backward(g);
    expect([first(x.grad), g.numel()]).toEqual([[3, 3], n]);
    expect(x.grad!.storage === g.storage).toBe(true);
  });
});
