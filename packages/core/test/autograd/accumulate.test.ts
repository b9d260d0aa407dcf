import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const leaf = (...values: number[]) => torch.tensor(values, { requiresGrad: true });

describe('the first gradient of a leaf', () => {
  it('is taken over without a copy when nobody else holds it', () => {
    const x = leaf(1, 2);
    const g = torch.ones(2);
    x.viewAs(x).backward(g);
    expect(x.grad === g).toBe(false);
    expect(x.grad!.storage === g.storage).toBe(true);
  });

  it('is copied when two leaves would share it', () => {
    const [x, y] = [leaf(1, 2), leaf(3, 4)];
    x.add(y).backward(torch.ones(2));
    expect(x.grad!.storage === y.grad!.storage).toBe(false);
    x.grad!.add_(1);
    expect(y.grad!.tolist()).toEqual([1, 1]);
  });

  it('has the strides of a dense leaf, else row-major ones', () => {
    const base = torch.arange(6, { dtype: 'float32' }).view(2, 3);
    const x = base.t().detach().requiresGrad_();
    x.mul(2).sum().backward();
    expect([x.strides, x.grad!.strides]).toEqual([
      [1, 3],
      [1, 3],
    ]);
    const row = torch.ones(1, 3).expand(2, 3).detach().requiresGrad_();
    row.mul(2).sum().backward();
    expect([row.strides, row.grad!.strides]).toEqual([
      [0, 1],
      [3, 1],
    ]);
  });

  it('has the dtype of the leaf', () => {
    const x = leaf(1, 2);
    x.double().mul(2).sum().backward();
    expect(x.grad!.dtype).toBe('float32');
  });
});

describe('later gradients', () => {
  it('are added in place to the same object', () => {
    const x = leaf(1, 2);
    x.sum().backward();
    const first = x.grad!;
    x.mul(3).sum().backward();
    expect(x.grad === first).toBe(true);
    expect([first.tolist(), first.version]).toEqual([[4, 4], 1]);
  });

  it('are added in place to a gradient that the user assigned', () => {
    const x = leaf(1, 2);
    const mine = torch.ones(2);
    x.grad = mine;
    x.mul(2).sum().backward();
    expect(x.grad === mine).toBe(true);
    expect(mine.tolist()).toEqual([3, 3]);
  });

  it('give a new tensor in the graph when the graph is recorded', () => {
    const x = leaf(1, 2);
    x.mul(x).sum().backward();
    const first = x.grad!;
    x.mul(x).sum().backward(null, { createGraph: true });
    expect(x.grad === first).toBe(false);
    expect(String(x.grad)).toBe('tensor([4., 8.], grad_fn=<AddBackward0>)');
    expect(first.tolist()).toEqual([2, 4]);
  });
});

describe('gradients inside the graph', () => {
  it('are summed over what broadcasting stretched', () => {
    const x = leaf(1, 2, 3);
    const y = torch.ones([2, 1], { requiresGrad: true });
    x.mul(y).sum().backward();
    expect([x.grad!.tolist(), y.grad!.tolist()]).toEqual([
      [2, 2, 2],
      [[6], [6]],
    ]);
  });

  it('reach each leaf once, however many paths lead there', () => {
    const x = leaf(2);
    const y = x.mul(3);
    const seen: number[] = [];
    x.registerHook((g) => void seen.push(Number(g.item())));
    y.add(y).mul(y).backward();
    expect([seen, x.grad!.tolist()]).toEqual([[72], [72]]);
  });

  it('of outputs nobody asked about count as zeros', () => {
    const x = torch.arange(6, { dtype: 'float32' }).view(2, 3).requiresGrad_();
    const [first] = x.unbind(0);
    first!.sum().backward();
    expect(x.grad!.tolist()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    const [, second] = x.split([1, 1]);
    second!.mul(2).sum().backward();
    expect(x.grad!.tolist()).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
  });
});
