import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const zero = (): Tensor => torch.tensor([0n]);

/** Changes one after the other, and the version PyTorch counts after each. */
const facts: readonly (readonly [change: string, apply: (x: Tensor) => unknown, version: number])[] = [
  ['x.add_(1)', (x) => x.add_(1), 1],
  ['x[0] = 1', (x) => x.setAt([0], 1), 2],
  ['x.zero_()', (x) => x.zero_(), 3],
  ['x.copy_(ones)', (x) => x.copy_(torch.ones(4)), 4],
  ['x.view(2,2).add_(5)', (x) => x.view(2, 2).add_(5), 5],
  ['x.unsqueeze_(0)', (x) => x.unsqueeze_(0), 6],
  ['x.fill_(1)', (x) => x.fill_(1), 7],
  ['x.detach_()', (x) => x.detach_(), 7],
  ['x.uniform_()', (x) => x.uniform_(), 8],
  ['x.index_fill_(1, 0, 1)', (x) => x.indexFill_(1, zero(), 1), 9],
  ['x.squeeze_()', (x) => x.squeeze_(), 10],
  ['x[index] = 1', (x) => x.setAt([zero()], 1), 11],
  ['x[x > 0] = 2', (x) => x.setAt([x.gt(0)], 2), 12],
  ['x.masked_fill_(x > 0, 1)', (x) => x.maskedFill_(x.gt(0), 1), 13],
  ['x.t_()', (x) => x.t_(), 14],
  ['x.clamp_(0, 1)', (x) => x.clamp_(0, 1), 15],
  ['x.scatter_(0, index, 1)', (x) => x.scatter_(0, zero(), 1), 16],
  ['x.relu_()', (x) => x.relu_(), 17],
  ['x.bernoulli_()', (x) => x.bernoulli_(), 18],
  ['x.index_add_(0, index, ones)', (x) => x.indexAdd_(0, zero(), torch.ones(1)), 19],
  ['x.detach().mul_(2)', (x) => x.detach().mul_(2), 20],
  ['x.data.mul_(2)', (x) => x.data.mul_(2), 20],
  ['x.requires_grad_()', (x) => x.requiresGrad_(), 20],
  ['no_grad: x.mul_(2)', (x) => torch.noGrad(() => x.mul_(2)), 21],
];

describe('the version of a tensor', () => {
  it('counts each change of its memory once', () => {
    const x = torch.ones(4);
    const got = facts.map(([change, apply]) => {
      apply(x);
      return [change, x.version];
    });
    expect(got).toEqual(facts.map(([change, , version]) => [change, version]));
  });

  it('is shared by views and detached tensors, not by data', () => {
    const x = torch.ones(4);
    const tensors = [x.view(2, 2), x.slice(0, 0, 2), x.detach(), x.detach().view(2, 2), x.data];
    x.add_(1);
    expect(tensors.map(({ version }) => version)).toEqual([1, 1, 1, 1, 0]);
    expect(tensors[4]!.tolist()).toEqual([2, 2, 2, 2]);
  });

  it('stays when memory is exchanged', () => {
    const x = torch.ones([2], { requiresGrad: true });
    x.data = torch.zeros(3);
    expect([x.version, x.requiresGrad, x.shape]).toEqual([0, true, [3]]);
  });
});

describe('a saved tensor that changed', () => {
  const message = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      expect(torch.isTensorError(error, 'autograd/version')).toBe(true);
      return (error as Error).message.replace(/ Hint: .*$/, '').replace(/^.*operation: /, '');
    }
    return '';
  };
  const x = () => torch.ones([2, 3], { requiresGrad: true });

  it('is named with its node and its versions', () => {
    const y = x().sigmoid();
    y.mul_(2);
    expect(message(() => y.sum().backward())).toBe(
      '[torch.FloatTensor [2, 3]], which is output 0 of SigmoidBackward0, is at version 1; expected version 0 instead.',
    );
  });

  it('is named without one when it is a leaf', () => {
    const w = torch.ones([2, 3], { dtype: 'float64', requiresGrad: true });
    const y = w.mul(w.detach());
    torch.noGrad(() => w.add_(1));
    expect(message(() => y.sum().backward())).toBe(
      '[torch.DoubleTensor [2, 3]] is at version 1; expected version 0 instead.',
    );
  });

  it('may change if the gradient does not need it', () => {
    const leaf = x();
    const y = leaf.mul(1);
    const z = y.add(1).sum();
    y.add_(1);
    z.backward();
    expect(leaf.grad!.eq(1).all().item()).toBe(true);
    const a = x();
    const product = a.mul(torch.ones(2, 3));
    torch.noGrad(() => a.add_(1));
    product.sum().backward();
    expect(a.grad!.eq(1).all().item()).toBe(true);
  });

  it('is found through a view and through detach', () => {
    for (const change of [(t: Tensor) => t.view(6).zero_(), (t: Tensor) => t.detach().zero_()]) {
      const y = x().exp();
      change(y);
      expect(message(() => y.sum().backward())).toContain('is at version 1; expected version 0');
    }
  });

  it('is not found through data', () => {
    const leaf = x();
    const y = leaf.exp();
    y.data.zero_();
    y.sum().backward();
    expect(leaf.grad!.eq(0).all().item()).toBe(true);
  });
});
