import type { Tensor } from '@taimatsu/core';
import { afterEach, describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { checkpoint } = torch.utils;
const leaf = (...values: number[]): Tensor => torch.tensor(values, { dtype: 'float64', requiresGrad: true });
const block = (x: Tensor): Tensor => x.sin().mul(x).exp().div(x.add(3));

afterEach(() => torch.setWarningHandler());

/** Storages alive through the graph of a tensor. */
const kept = (y: Tensor): number => {
  const seen = new Set<torch.Node>();
  const storages = new Set<unknown>();
  const waiting = [y.gradFn];
  for (let node = waiting.pop(); node != null; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const tensor of node.savedTensors) storages.add(tensor.storage);
    waiting.push(...node.nextNodes.filter((next) => next !== null));
  }
  return storages.size;
};

describe.each([false, true])('checkpoint with useReentrant %s', (useReentrant) => {
  it('gives the same gradients', () => {
    const [a, b] = [leaf(0.5, -1.2), leaf(0.5, -1.2)];
    block(a).sum().backward();
    checkpoint(block, [b], { useReentrant }).sum().backward();
    expect(b.grad!.tolist()).toEqual(a.grad!.tolist());
  });

  it('keeps less', () => {
    const x = leaf(0.5, -1.2).mul(1);
    expect([kept(block(x)), kept(checkpoint(block, [x], { useReentrant }))]).toEqual([
      4,
      1 - Number(!useReentrant),
    ]);
  });

  it('draws the same random numbers again, and leaves the generator where it was', () => {
    torch.manualSeed(1);
    const x = torch.ones([100], { requiresGrad: true });
    const y = checkpoint((t) => torch.functional.dropout(t, 0.5), [x], { useReentrant });
    const after = torch.rand(2).tolist();
    y.sum().backward();
    const next = torch.rand(2).tolist();
    expect(x.grad!.tolist()).toEqual(y.tolist());
    torch.manualSeed(1);
    torch.functional.dropout(torch.ones(100), 0.5);
    expect([torch.rand(2).tolist(), torch.rand(2).tolist()]).toEqual([after, next]);
  });

  it('may be run twice with retainGraph', () => {
    const x = leaf(2);
    const y = checkpoint((t) => t.mul(t), [x], { useReentrant }).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(x.grad!.item()).toBe(8);
  });

  it('nests', () => {
    const [a, b] = [leaf(0.4), leaf(0.4)];
    const inner = (x: Tensor): Tensor => checkpoint(block, [x], { useReentrant }).mul(x);
    checkpoint(inner, [a], { useReentrant }).sum().backward();
    block(b).mul(b).sum().backward();
    expect(a.grad!.item()).toBeCloseTo(b.grad!.item() as number, 12);
  });

  it('passes on what is no tensor, and several outputs', () => {
    const x = leaf(3);
    const [y, z] = checkpoint((t, k: number) => [t.mul(k), t.mul(t)] as const, [x, 5] as const, {
      useReentrant,
    });
    y.add(z).sum().backward();
    expect(x.grad!.item()).toBe(11);
  });

  it('does not free large tensors that the function keeps', () => {
    const seen: Tensor[] = [];
    const x = torch.ones([1000], { requiresGrad: true });
    const y = checkpoint(
      (t) => {
        const z = t.mul(2);
        seen.push(z);
        return z.mul(z);
      },
      [x.mul(1)],
      { useReentrant },
    );
    y.sum().backward();
    expect(seen.map((t) => t.at(0).item())).toEqual([2, 2]);
    expect(x.grad!.at(0).item()).toBe(8);
  });
});

describe('without reentering', () => {
  it('works with grad, and twice', () => {
    const run = (x: Tensor): Tensor => checkpoint(block, [x]);
    expect(torch.gradcheck(run, [leaf(0.5, -1.2)])).toBe(true);
    expect(torch.gradgradcheck(run, [leaf(0.5, -1.2)])).toBe(true);
  });

  it('leaves the nodes of the graph as they are', () => {
    expect(checkpoint((x) => x.sin(), [leaf(1)]).gradFn!.name).toBe('SinBackward0');
  });

  it('notices a function that does not do the same again', () => {
    let runs = 0;
    const y = checkpoint((x) => (runs++ === 0 ? x.sin().exp() : x.sin()), [leaf(1)]);
    expect(() => y.sum().backward()).toThrow(
      'torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\nNumber of tensors saved during forward: 2\nNumber of tensors saved during recomputation: 1',
    );
  });
});

describe('reentering', () => {
  it('is a node of its own', () => {
    expect(checkpoint((x) => x.sin(), [leaf(1)], { useReentrant: true }).gradFn!.name).toBe(
      'CheckpointFunctionBackward',
    );
  });

  it('refuses to hand gradients over', () => {
    const x = leaf(1);
    const y = (): Tensor => checkpoint((t) => t.sin(), [x], { useReentrant: true }).sum();
    const text =
      'Checkpointing is not compatible with .grad() or when an `inputs` parameter is passed to .backward().';
    expect(() => torch.grad(y(), x)).toThrow(text);
    expect(() => y().backward(null, { inputs: [x] })).toThrow(text);
    expect(() => y().backward()).not.toThrow();
  });

  it('warns where nothing requires gradients', () => {
    const warnings: string[] = [];
    torch.setWarningHandler((text) => void warnings.push(text));
    checkpoint((x) => x.sin(), [torch.ones(2)], { useReentrant: true });
    expect(warnings).toEqual(['None of the inputs have requires_grad=True. Gradients will be None']);
  });
});
