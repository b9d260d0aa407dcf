import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { sliceIndex: slice } = torch;
const leaf = (...shape: number[]): Tensor => torch.ones(shape, { requiresGrad: true });
const count = (n: number): Tensor => torch.arange(n, { dtype: 'float32' });
const gradOf = (y: Tensor, x: Tensor): unknown => torch.grad(y.sum(), x)[0]!.tolist();

describe('a view that is changed in place', () => {
  it('writes its change into the history of its base', () => {
    const x = leaf(4);
    const y = x.mul(1);
    const v = y.at(slice(2));
    v.mul_(3);
    expect([v.gradFn!.name, y.gradFn!.name]).toEqual(['AsStridedBackward0', 'CopySlices']);
    expect(y.gradFn!.nextFunctions.map(([node]) => node?.name ?? null)).toEqual(['MulBackward0', null]);
    expect(v.gradFn!.nextFunctions[0]![0]).toBe(y.gradFn);
    expect(gradOf(y, x)).toEqual([3, 3, 1, 1]);
    expect(String(y)).toBe('tensor([3., 3., 1., 1.], grad_fn=<CopySlices>)');
  });

  it('follows a change of its base', () => {
    const x = leaf(4);
    const y = x.mul(1);
    const v = y.view(2, 2);
    y.mul_(2);
    expect(v.gradFn!.name).toBe('AsStridedBackward0');
    expect(v.gradFn!.nextFunctions[0]![0]!.name).toBe('MulBackward0');
    expect(gradOf(v, x)).toEqual([2, 2, 2, 2]);
  });

  it('makes a base require gradients that did not', () => {
    const b = torch.zeros(4);
    const w = leaf(2);
    b.at(slice(2)).mul_(w);
    expect([b.requiresGrad, b.gradFn!.name, b.isLeaf]).toEqual([true, 'CopySlices', false]);
    const c = torch.zeros(4);
    c.setAt([slice(1, 3)], w.mul(3));
    expect([c.requiresGrad, gradOf(c, w)]).toEqual([true, [3, 3]]);
  });

  it('may be a view of a view', () => {
    const x = leaf(4);
    const y = x.mul(1);
    const v = y.at(slice(2));
    v.at(slice(1)).mul_(5);
    expect(String(y)).toBe('tensor([5., 1., 1., 1.], grad_fn=<CopySlices>)');
    expect(String(v)).toBe('tensor([5., 1.], grad_fn=<AsStridedBackward0>)');
    expect(gradOf(y, x)).toEqual([5, 1, 1, 1]);
  });

  it('may overlap what it is computed from', () => {
    const x = count(4).requiresGrad_();
    const y = x.mul(1);
    y.at(slice(1, null)).mul_(y.at(slice(3)).clone());
    expect(y.detach().tolist()).toEqual([0, 0, 2, 6]);
    expect(gradOf(y, x)).toEqual([2, 2, 4, 2]);
  });

  it('has the gradient of what replaced it', () => {
    const x = count(4).requiresGrad_();
    const y = x.clone();
    y.setAt([0], x.at(1).mul(2));
    y.at(slice(2, null)).zero_();
    y.mul(count(4).add(1)).sum().backward();
    expect(x.grad!.tolist()).toEqual([0, 4, 0, 0]);
  });

  it('keeps what a function of it saved', () => {
    const x = count(4).requiresGrad_();
    const y = x.mul(1);
    y.at(slice(2)).exp_();
    y.mul(y).sum().backward();
    const e2 = 2 * Math.exp(2);
    expect((x.grad!.tolist() as number[]).map((v) => v.toFixed(3))).toEqual(
      [2, e2, 4, 6].map((v) => v.toFixed(3)),
    );
  });

  it('is transposed or stretched as its base', () => {
    const x = count(6).view(2, 3).clone().requiresGrad_();
    const y = x.mul(1);
    y.t().at(0).mul_(7);
    expect(gradOf(y, x)).toEqual([
      [7, 1, 1],
      [7, 1, 1],
    ]);
  });

  it('has second derivatives', () => {
    const x = torch.tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true });
    const f = (a: Tensor): Tensor => {
      const y = a.mul(2);
      y.at(slice(2)).mul_(a.at(slice(1, null)));
      y.at(0).exp_();
      return y.mul(y);
    };
    expect(torch.gradcheck(f, [x])).toBe(true);
    expect(torch.gradgradcheck(f, [x])).toBe(true);
  });

  it('keeps its graph for a second run where nothing was saved', () => {
    const x = leaf(4);
    const y = x.mul(1).add(0);
    y.at(slice(2)).add_(1);
    const [first] = torch.grad(y.sum(), x, { retainGraph: true });
    expect(torch.grad(y.sum(), x)[0]!.tolist()).toEqual(first!.tolist());
  });
});

describe('views made without recording', () => {
  it('require gradients as their base, as leaves', () => {
    const x = leaf(2, 2);
    const v = torch.noGrad(() => x.at(0));
    expect([v.requiresGrad, v.gradFn, v.isLeaf]).toEqual([true, null, true]);
  });

  it('may be changed without recording', () => {
    const x = leaf(2, 2);
    torch.noGrad(() => x.at(0).zero_());
    expect([x.detach().tolist(), x.gradFn, x.version]).toEqual([
      [
        [0, 0],
        [1, 1],
      ],
      null,
      1,
    ]);
  });
});

describe('changing a tensor in place', () => {
  it('gives it the history of the change', () => {
    const x = leaf(3);
    const y = x.mul(2);
    const before = y.gradFn;
    y.mul_(3);
    expect([y.gradFn!.name, y.gradFn!.nextFunctions[0]![0]]).toEqual(['MulBackward0', before]);
    expect(gradOf(y, x)).toEqual([6, 6, 6]);
  });

  it('by itself destroys what its gradient needs', () => {
    const x = torch.tensor([2, 3], { requiresGrad: true });
    const y = x.clone();
    y.mul_(y);
    expect(y.detach().tolist()).toEqual([4, 9]);
    expect(() => y.sum().backward()).toThrow('which is output 0 of MulBackward0, is at version 1');
    const z = x.clone();
    z.mul_(z.detach().clone());
    expect(gradOf(z, x)).toEqual([2, 3]);
  });

  it('lets relu keep its own result', () => {
    const x = torch.tensor([-1, 1, 2], { requiresGrad: true });
    const y = x.mul(1).relu_();
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([0, 1, 1]);
  });

  it('is refused where several elements are one', () => {
    const x = torch.ones(1).expand(3);
    expect(() => x.add_(1)).toThrow(
      'more than one element of the written-to tensor refers to a single memory',
    );
    expect(x.tolist()).toEqual([1, 1, 1]);
  });

  it('refuses what certainly overlaps it, and copies what may', () => {
    const x = count(4);
    expect(() => x.at(slice(1, null)).copy_(x.at(slice(3)))).toThrow('some elements of the input tensor');
    x.at(slice(1, null, 2)).copy_(x.at(slice(1, 3)));
    expect(x.tolist()).toEqual([0, 1, 2, 2]);
  });
});

describe('detach', () => {
  it('shares memory and nothing else', () => {
    const x = leaf(2);
    const y = x.mul(2).detach();
    expect([y.requiresGrad, y.isLeaf, y.gradFn]).toEqual([false, true, null]);
    const z = x.mul(2);
    z.detach_();
    expect([z.requiresGrad, z.isLeaf]).toEqual([false, true]);
  });
});

describe('views whose history cannot be followed', () => {
  it('say so when they are changed or their base was', () => {
    const changed = torch.ones(2, 2).unbind(0)[0]!;
    expect(() => changed.mul_(leaf(2))).toThrow(
      'A view was created in no_grad mode and is being modified inplace with grad mode enabled. This view is the output of a function that returns multiple views.',
    );
    const y = leaf(2, 2).mul(1);
    const [quiet, part] = [torch.noGrad(() => y.at(0)), y.unbind(0)[0]!];
    y.mul_(2);
    expect(() => quiet.gradFn).toThrow(
      'A view was created in no_grad mode and its base or another view of its base has been modified inplace with grad mode enabled. Given that',
    );
    expect(() => part.gradFn).toThrow(
      'Output 0 of UnbindBackward0 is a view and its base or another view of its base has been modified inplace. This view is',
    );
  });

  it('are views of leaves, also of leaves that require nothing', () => {
    const v = torch.zeros(3).view(3).requiresGrad_();
    expect(() => v.add_(1)).toThrow('a view of a leaf Variable that requires grad is being used');
  });
});
