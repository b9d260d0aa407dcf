import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const zero = (): Tensor => torch.tensor([0n]);

/** Whether PyTorch runs backward twice through one operation: it does where the node keeps nothing. */
const facts: readonly (readonly [expr: string, call: (x: Tensor) => Tensor, again: boolean])[] = [
  ['x+x', (x) => x.add(x), true],
  ['x*2', (x) => x.mul(2), false],
  ['x*x', (x) => x.mul(x), false],
  ['x.exp()', (x) => x.exp(), false],
  ['x.sum()', (x) => x.sum(), true],
  ['x.mean()', (x) => x.mean(), true],
  ['x.view(2)', (x) => x.view(2), true],
  ['x.relu()', (x) => x.relu(), false],
  ['x.t()', (x) => x.t(), true],
  ['x[0]', (x) => x.at(0), true],
  ['x.expand(2,2)', (x) => x.expand(2, 2), true],
  ['x-1', (x) => x.sub(1), true],
  ['-x', (x) => x.neg(), true],
  ['x/2', (x) => x.div(2), false],
  ['x.clone()', (x) => x.clone(), true],
  ['x.sin()', (x) => x.sin(), false],
  ['torch.cat([x,x])', (x) => torch.cat([x, x]), true],
  ['x.clamp(0,2)', (x) => x.clamp(0, 2), false],
  ['x.max()', (x) => x.max(), false],
  ['x@x', (x) => x.matmul(x), false],
  ['x**2', (x) => x.pow(2), false],
  ['x**1', (x) => x.pow(1), false],
  ['x.sigmoid()', (x) => x.sigmoid(), false],
  ['x.abs()', (x) => x.abs(), false],
  ['x.double()', (x) => x.double(), true],
  ['x.cumsum(0)', (x) => x.cumsum(0), true],
  ['x.masked_fill(x>0,1.)', (x) => x.maskedFill(x.gt(0), 1), false],
  ['torch.where(x>0,x,x)', (x) => torch.where(x.gt(0), x, x), false],
  ['x.pow(0)', (x) => x.pow(0), false],
  ['x.norm()', (x) => x.norm(), false],
  ['x.std()', (x) => x.std(), false],
  ['x.sort()[0]', (x) => x.sort().values, false],
  ['x.unsqueeze(0)', (x) => x.unsqueeze(0), true],
  ['x.repeat(2)', (x) => x.repeat(2), true],
  ['x.sub(1)', (x) => x.sub(1), true],
  ['x.add(x,alpha=2)', (x) => x.add(x, { alpha: 2 }), true],
  ['2-x', (x) => x.rsub(2), true],
  ['x[torch.tensor([0])]', (x) => x.at(zero()), false],
  ['x.index_select(0,torch.tensor([0]))', (x) => x.indexSelect(0, zero()), false],
];

function runsAgain(call: (x: Tensor) => Tensor): boolean {
  const y = call(torch.tensor([1, 2], { requiresGrad: true }));
  const gradient = y.onesLike();
  y.backward(gradient);
  try {
    y.backward(gradient);
    return true;
  } catch (error) {
    if (!torch.isTensorError(error, 'autograd/second-backward')) throw error;
    return false;
  }
}

describe('a second backward', () => {
  it.each(facts)('%s', (_, call, again) => expect(runsAgain(call)).toBe(again));

  it('works after one that kept the graph', () => {
    const x = torch.tensor([3], { requiresGrad: true });
    const y = x.mul(x);
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(x.grad!.item()).toBe(12);
    expect(() => y.backward()).toThrow('Trying to backward through the graph a second time');
  });

  it('fails in the part of the graph that two roots share', () => {
    const x = torch.tensor([3], { requiresGrad: true });
    const shared = x.exp();
    shared.mul(2).backward();
    expect(() => shared.mul(3).backward()).toThrow('Trying to backward through the graph a second time');
    expect(shared.add(1).gradFn!.name).toBe('AddBackward0');
  });
});
