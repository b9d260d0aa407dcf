import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const readable = (x: Tensor): boolean => !x.storage.isFreed;

describe('tidy', () => {
  it('frees what was made inside and keeps what it returns', () => {
    let inner: Tensor | undefined;
    const out = torch.tidy(() => {
      inner = torch.ones(3);
      return inner.add(1);
    });
    expect(out.tolist()).toEqual([2, 2, 2]);
    expect(() => inner!.tolist()).toThrow('this tensor was freed by tidy(), dispose() or using');
  });

  it('finds tensors deep in what is returned', () => {
    class Other {
      readonly x = torch.ones(1);
    }
    const { list, map, set, view, other } = torch.tidy(() => ({
      list: [torch.ones(1), { deep: [torch.zeros(2)] }] as const,
      map: new Map([['a', torch.ones(2)]]),
      set: new Set([torch.ones(3)]),
      view: torch.arange(4).view(2, 2).select(0, 1),
      other: new Other(),
    }));
    expect([list[0], list[1].deep[0]!, map.get('a')!, ...set].map(readable)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(view.tolist()).toEqual([2n, 3n]);
    expect(readable(other.x)).toBe(false);
  });

  it('nests: what the inner one keeps belongs to the outer one', () => {
    let middle: Tensor | undefined;
    const out = torch.tidy(() => {
      middle = torch.tidy(() => torch.ones(2).mul(2));
      return middle.add(1);
    });
    expect([out.tolist(), readable(middle!)]).toEqual([[3, 3], false]);
  });

  it('frees when its function throws', () => {
    let inner: Tensor | undefined;
    const run = (): never =>
      torch.tidy(() => {
        inner = torch.ones(1);
        throw new Error('stop');
      });
    expect(run).toThrow('stop');
    expect(readable(inner!)).toBe(false);
    expect(readable(torch.ones(1))).toBe(true);
  });

  it('leaves what existed before alone, and passes other values through', () => {
    const x = torch.ones(2);
    expect(torch.tidy(() => x.sum().item())).toBe(2);
    expect(torch.tidy(() => null)).toBe(null);
    expect(torch.tidy(() => undefined)).toBe(undefined);
    expect(x.tolist()).toEqual([1, 1]);
  });

  it('keeps gradients of leaves, so that a training step can be tidied', () => {
    const w = torch.ones([400], { requiresGrad: true });
    for (let step = 1; step <= 3; step++) {
      const loss = torch.tidy(() => {
        const value = w.mul(w).sum();
        value.backward();
        torch.noGrad(() => w.sub_(w.grad!.mul(0.25)));
        w.grad = null;
        return value.item();
      });
      expect(loss).toBeCloseTo(400 / 4 ** (step - 1), 3);
    }
    torch.tidy(() => w.sum().backward());
    torch.tidy(() => w.sum().backward());
    expect(w.grad!.sum().item()).toBe(800);
  });

  it('keeps what the gradient of a kept tensor needs', () => {
    const x = torch.ones([300], { requiresGrad: true });
    const y = torch.tidy(() =>
      x
        .mul(3)
        .exp()
        .mul(torch.full([300], 2))
        .sum(),
    );
    y.backward();
    expect(x.grad!.select(0, 0).item()).toBeCloseTo(6 * Math.exp(3), 3);
    const z = torch.tidy(() => {
      const base = x.mul(1);
      base.slice(0, 0, 10).mul_(torch.full([10], 5));
      return base.at(torch.tensor([0n, 20n]));
    });
    expect(torch.grad(z.sum(), x)[0]!.slice(0, 0, 300, 20).slice(0, 0, 3).tolist()).toEqual([5, 1, 0]);
  });

  it('keeps what is marked, and what becomes the memory of a tensor outside', () => {
    const kept = torch.tidy(() => [torch.keep(torch.ones(2))].map(() => 0)) as unknown;
    expect(kept).toEqual([0]);
    let marked: Tensor | undefined;
    const outside = torch.zeros(2);
    torch.tidy(() => {
      marked = torch.keep(torch.ones(2));
      outside.data = torch.full([2], 7);
    });
    expect([marked!.tolist(), outside.tolist()]).toEqual([
      [1, 1],
      [7, 7],
    ]);
  });

  it('does not wait', () => {
    expect(() => torch.tidy(async () => torch.ones(1))).toThrow('cannot return a promise');
  });
});

describe('a disposed tensor', () => {
  it('cannot be read, nor its views, and says so', () => {
    const x = torch.ones(2, 2);
    const v = x.select(0, 0);
    x.dispose();
    x.dispose();
    for (const run of [() => x.tolist(), () => v.tolist(), () => String(x), () => x.add(1)]) {
      expect(run).toThrow('was freed by tidy(), dispose() or using and can no longer be read');
    }
    expect(() => x.add_(1)).toThrow(expect.objectContaining({ code: 'backend/freed' }));
  });

  it('is disposed of by using', () => {
    let seen: Tensor | undefined;
    {
      using x = torch.ones(3);
      seen = x;
      expect(x.sum().item()).toBe(3);
    }
    expect(() => seen!.tolist()).toThrow('was freed');
  });
});
