import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { graph } = torch.autograd;
const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true });
const double = (...values: number[]): Tensor =>
  torch.tensor(values, { dtype: 'float64', requiresGrad: true });

describe('hooks of saved tensors', () => {
  it('see everything that is kept, and are asked each time', () => {
    const log: string[] = [];
    const x = leaf(1, 1);
    const y = graph.savedTensorsHooks(
      (t) => {
        log.push(`pack ${t.shape} ${t.gradFn?.name ?? 'leaf'}`);
        return t;
      },
      (t) => {
        log.push('unpack');
        return t;
      },
      () => {
        const a = x.exp();
        return a.mul(a).mul(x);
      },
    );
    expect(log).toEqual([
      'pack 2 ExpBackward0',
      'pack 2 ExpBackward0',
      'pack 2 ExpBackward0',
      'pack 2 MulBackward0',
      'pack 2 leaf',
    ]);
    log.length = 0;
    y.sum().backward();
    expect([log, (x.grad!.tolist() as number[]).map((v) => v.toFixed(3))]).toEqual([
      ['unpack', 'unpack', 'unpack', 'unpack', 'unpack'],
      ['22.167', '22.167'],
    ]);
  });

  it('may store what they like', () => {
    const x = torch.ones([1000], { requiresGrad: true });
    const y = graph.savedTensorsHooks(
      (t) => t.tolist() as number[],
      (values) => torch.tensor(values),
      () => x.mul(2).exp().mul(x),
    );
    y.sum().backward();
    expect(x.grad!.at(0).item()).toBeCloseTo(3 * Math.exp(2), 4);
  });

  it('do not stop second derivatives', () => {
    const packed = (x: Tensor): Tensor =>
      graph.savedTensorsHooks(
        (t) => t.clone(),
        (t) => t,
        () => x.exp().mul(x).div(x.add(3)),
      );
    expect(torch.gradgradcheck(packed, [double(0.5, -0.7)])).toBe(true);
  });

  it('nest: the innermost pair is used', () => {
    const log: string[] = [];
    const named = <R>(name: string, fn: () => R): R =>
      graph.savedTensorsHooks(
        (t) => {
          log.push(name);
          return t;
        },
        (t) => t,
        fn,
      );
    const x = leaf(1);
    named('outer', () => {
      named('inner', () => x.exp());
      x.exp();
    });
    x.exp();
    expect(log).toEqual(['inner', 'outer']);
  });

  it('hold for custom functions', () => {
    class Square extends torch.autograd.Function {
      static forward(ctx: torch.autograd.FunctionContext, x: Tensor): Tensor {
        ctx.saveForBackward(x);
        return x.square();
      }
      static backward(ctx: torch.autograd.FunctionContext, grad: Tensor): Tensor {
        return grad.mul(ctx.savedTensors[0]!).mul(2);
      }
    }
    const packed = (x: Tensor): Tensor =>
      graph.savedTensorsHooks(
        (t) => t.clone(),
        (t) => t,
        () => Square.apply(x),
      );
    expect(torch.gradgradcheck(packed, [double(0.5, -0.7)])).toBe(true);
  });

  it('may not change what they are given, and must give a tensor back', () => {
    const [x, y] = [leaf(1), leaf(1).mul(2)];
    const pack = (fn: (t: Tensor) => unknown) => (): Tensor =>
      graph.savedTensorsHooks(
        fn,
        (t) => t as Tensor,
        () => y.sin(),
      );
    expect(pack((t) => t.add_(1))).toThrow(/pack hook is modifying its input in place/);
    const z = graph.savedTensorsHooks(
      () => 5,
      (five) => five as unknown as Tensor,
      () => x.sin(),
    );
    expect(() => z.backward()).toThrow(
      'Output of saved tensor unpack_hook expected to be a Tensor but got result of type int',
    );
  });

  it('can be refused', () => {
    const use = (): unknown =>
      graph.savedTensorsHooks(
        (t) => t,
        (t) => t,
        () => 1,
      );
    graph.disableSavedTensorsHooks('not here', () => expect(use).toThrow(/^not here$/));
    expect(use()).toBe(1);
    expect(() =>
      graph.savedTensorsHooks(
        (t) => t,
        (t) => t,
        () => graph.disableSavedTensorsHooks('not here', () => 1),
      ),
    ).toThrow('not here');
  });
});
