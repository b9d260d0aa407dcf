import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true });
const list = (g: Tensor | null | undefined): unknown => g?.tolist() ?? null;

describe('tensor hooks', () => {
  it('run in the order they were registered, each seeing what the one before gave', () => {
    const x = leaf(1, 1);
    const y = x.mul(2);
    const seen: unknown[] = [];
    y.registerHook((g) => {
      seen.push(['y1', list(g)]);
      return g.mul(10);
    });
    y.registerHook((g) => void seen.push(['y2', list(g)]));
    y.retainGrad();
    x.registerHook((g) => {
      seen.push(['x', list(g)]);
      return g.add(1);
    });
    y.sum().backward();
    expect(seen).toEqual([
      ['y1', [1, 1]],
      ['y2', [10, 10]],
      ['x', [20, 20]],
    ]);
    expect([list(x.grad), list(y.grad)]).toEqual([
      [21, 21],
      [10, 10],
    ]);
  });

  it('see the whole gradient of a leaf once, without what is there already', () => {
    const x = leaf(1, 1);
    x.grad = torch.tensor([5, 5]);
    const seen: unknown[] = [];
    const handle = x.registerHook((g) => void seen.push(list(g)));
    x.mul(2).add(x).sum().backward();
    expect([seen, list(x.grad)]).toEqual([[[3, 3]], [8, 8]]);
    handle.remove();
    handle.remove();
    x.sum().backward();
    expect([seen.length, list(x.grad)]).toEqual([1, [9, 9]]);
  });

  it('stay with the node of the tensor as it was', () => {
    const x = leaf(1, 1);
    const y = x.mul(2);
    const seen: unknown[] = [];
    y.registerHook((g) => void seen.push(['before', list(g)]));
    y.mul_(3);
    y.registerHook((g) => void seen.push(['after', list(g)]));
    y.sum().backward();
    expect(seen).toEqual([
      ['after', [1, 1]],
      ['before', [3, 3]],
    ]);
  });

  it('see an output of a node with several', () => {
    const x = torch.ones([2, 2], { requiresGrad: true });
    const [a, b] = x.unbind(0) as [Tensor, Tensor];
    const seen: unknown[] = [];
    b.registerHook((g) => void seen.push(list(g)));
    a.mul(2).add(b.mul(3)).sum().backward();
    expect([seen, list(x.grad)]).toEqual([
      [[3, 3]],
      [
        [2, 2],
        [3, 3],
      ],
    ]);
  });
});

describe('retainGrad', () => {
  it('keeps the gradient after all hooks, whenever it was asked for', () => {
    const x = leaf(1, 1);
    const y = x.mul(2);
    y.retainGrad();
    y.registerHook((g) => g.mul(10));
    y.sum().backward();
    expect([list(y.grad), y.retainsGrad]).toEqual([[10, 10], true]);
  });

  it('does nothing on a leaf', () => {
    const x = leaf(1);
    x.retainGrad();
    expect(x.retainsGrad).toBe(false);
  });

  it('follows the tensor through a change in place', () => {
    const x = leaf(1, 1);
    const y = x.mul(2);
    y.retainGrad();
    y.mul_(3);
    y.sum().backward();
    expect([list(y.grad), list(x.grad)]).toEqual([
      [1, 1],
      [6, 6],
    ]);
  });

  it('adds up over runs', () => {
    const x = leaf(1);
    const y = x.mul(2);
    y.retainGrad();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect([list(y.grad), list(x.grad)]).toEqual([[2], [4]]);
  });
});

describe('node hooks', () => {
  it('see what a node gave and what it was given, and may give something else', () => {
    const x = leaf(1, 1);
    const y = x.mul(3);
    const seen: unknown[] = [];
    y.gradFn!.registerHook((gradInputs, gradOutputs) => {
      seen.push([gradInputs.map(list), gradOutputs.map(list)]);
      return [gradInputs[0]!.mul(100), null];
    });
    y.mul(2).sum().backward();
    expect(seen).toEqual([[[[6, 6], null], [[2, 2]]]]);
    expect(list(x.grad)).toEqual([600, 600]);
  });

  it('may come before the node', () => {
    const x = leaf(1, 1);
    const y = x.mul(3);
    const handle = y.gradFn!.registerPrehook(([g]) => [g!.mul(10)]);
    y.mul(2).sum().backward(null, { retainGraph: true });
    expect(list(x.grad)).toEqual([60, 60]);
    handle.remove();
    x.grad = null;
    y.sum().backward();
    expect(list(x.grad)).toEqual([3, 3]);
  });
});

describe('post-accumulate hooks', () => {
  it('see the leaf after its gradient was updated', () => {
    const x = leaf(1, 1);
    const seen: unknown[] = [];
    const handle = x.registerPostAccumulateGradHook((t) => {
      seen.push(list(t.grad));
      t.grad = null;
    });
    x.mul(2).sum().backward();
    x.mul(3).sum().backward();
    handle.remove();
    x.mul(4).sum().backward();
    expect([seen, list(x.grad)]).toEqual([
      [
        [2, 2],
        [3, 3],
      ],
      [4, 4],
    ]);
  });

  it('are for leaves that require gradients', () => {
    expect(() =>
      leaf(1)
        .mul(2)
        .registerPostAccumulateGradHook(() => {}),
    ).toThrow('non-leaf');
    expect(() => torch.ones(1).registerPostAccumulateGradHook(() => {})).toThrow("doesn't require gradient");
  });
});

describe('nodes', () => {
  it('lead to one accumulator per leaf', () => {
    const x = leaf(1);
    const [a, b] = [x.mul(2).gradFn!, x.exp().gradFn!];
    expect(a.nextFunctions[0]![0]).toBe(b.nextFunctions[0]![0]);
    expect(a.nextFunctions[0]![0]!.name).toBe('AccumulateGrad');
    expect(a.nextFunctions[0]![0]!.attrs.variable).toBe(x);
    expect(String(a)).toMatch(/^<MulBackward0 object at 0x[0-9a-f]+>$/);
  });
});
