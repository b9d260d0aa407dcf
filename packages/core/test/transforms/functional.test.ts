import type { Tensor } from '@taimatsu/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { torch } from '../setup.ts';

const { hessian, hvp, jacobian, jvp, vhp, vjp } = torch.autograd.functional;
const double = (...values: number[]): Tensor => torch.tensor(values, { dtype: 'float64' });
const lists = (value: unknown): unknown =>
  value instanceof torch.Tensor ? value.tolist() : (value as readonly unknown[]).map(lists);

const squares = (x: Tensor): Tensor => x.square();
const mixed = (x: Tensor, y: Tensor): Tensor => x.square().mul(3).add(y.pow(3)).sum();

describe('jacobian', () => {
  it('has the shape of outputs, then inputs', () => {
    const one = jacobian(squares, double(1, 2));
    expectTypeOf(one).toEqualTypeOf<Tensor>();
    expect(one.tolist()).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(jacobian((x) => x.sum(), torch.ones(2, 3)).shape).toEqual([2, 3]);
    expect(jacobian((x) => x.view(3, 2).mul(2), torch.ones(2, 3)).shape).toEqual([3, 2, 2, 3]);
  });

  it('is nested by outputs and inputs where these are several', () => {
    const pair = jacobian((x: Tensor, y: Tensor) => [x.mul(y), y.sum()] as const, [
      double(1, 2),
      double(3, 4),
    ] as const);
    expectTypeOf(pair).toEqualTypeOf<[[Tensor, Tensor], [Tensor, Tensor]]>();
    expect(lists(pair)).toEqual([
      [
        [
          [3, 0],
          [0, 4],
        ],
        [
          [1, 0],
          [0, 2],
        ],
      ],
      [
        [0, 0],
        [1, 1],
      ],
    ]);
    expect(lists(jacobian((x) => x.mul(2), [double(1)]))).toEqual([[[2]]]);
    expect(lists(jacobian((x) => [x.mul(2)], double(1)))).toEqual([[[2]]]);
  });

  it('is cut off from the graph unless asked', () => {
    const x = double(1, 2).requiresGrad_();
    expect(jacobian(squares, x).requiresGrad).toBe(false);
    const j = jacobian(squares, x, { createGraph: true });
    j.sum().backward();
    expect(x.grad!.tolist()).toEqual([2, 2]);
  });

  it('is zero for what does not depend on the input, except when strict', () => {
    const constant = (): Tensor => torch.ones(2);
    expect(jacobian(constant, double(1)).tolist()).toEqual([[0], [0]]);
    expect(() => jacobian(constant, double(1), { strict: true })).toThrow(
      'Output 0 of the user-provided function does not require gradients.',
    );
    expect(() => jacobian((x, _y) => x.mul(2), [double(1), double(1)], { strict: true })).toThrow(
      'Output 0 of the user-provided function is independent of input 1. This is not allowed in strict mode.',
    );
    expect(() =>
      jacobian((x) => x.mul(2), double(1).requiresGrad_(), { strict: true, createGraph: true }),
    ).toThrow(
      'The jacobian of the user-provided function is independent of input 0. This is not allowed in strict mode when create_graph=True.',
    );
  });

  it('of nothing is empty', () => {
    expect(jacobian((x) => x.slice(0, 0, 0), double(1, 2)).shape).toEqual([0, 2]);
  });

  it('refuses what is no tensor', () => {
    expect(() => jacobian((() => 5) as never, double(1))).toThrow(
      "The outputs of the user-provided function given to jacobian must be either a Tensor or a tuple of Tensors but the given outputs of the user-provided function has type <class 'int'>.",
    );
    expect(() => jacobian(squares as never, [double(1), 3] as never)).toThrow(
      "The inputs given to jacobian must be either a Tensor or a tuple of Tensors but the value at index 1 has type <class 'int'>.",
    );
  });
});

describe('hessian', () => {
  it('has the shape of the input twice', () => {
    expect(hessian((x) => x.pow(3).sum(), double(1, 2)).tolist()).toEqual([
      [6, 0],
      [0, 12],
    ]);
    const all = hessian(mixed, [double(1, 2), double(1, 2)] as const);
    expectTypeOf(all).toEqualTypeOf<[[Tensor, Tensor], [Tensor, Tensor]]>();
    expect(lists(all)).toEqual([
      [
        [
          [6, 0],
          [0, 6],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ],
      [
        [
          [0, 0],
          [0, 0],
        ],
        [
          [6, 0],
          [0, 12],
        ],
      ],
    ]);
  });

  it('can be differentiated', () => {
    const x = double(2).requiresGrad_();
    hessian((y) => y.pow(4).sum(), x, { createGraph: true }).backward(
      torch.ones([1, 1], { dtype: 'float64' }),
    );
    expect(x.grad!.item()).toBe(48);
  });

  it.each<[string, () => unknown, string]>([
    [
      'several elements',
      () => hessian(squares, double(1, 2)),
      'The Tensor returned by the function given to hessian should contain a single element',
    ],
    [
      'several tensors',
      () => hessian(((x: Tensor) => [x]) as never, double(1)),
      'The function given to hessian should return a single Tensor',
    ],
    [
      'a linear function when strict',
      () => hessian((x) => x.sum(), double(1), { strict: true }),
      'While computing the hessian, found that the jacobian of the user-provided function with respect to input 0 is independent of the input.',
    ],
  ])('refuses %s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

describe('products', () => {
  const [x, y, v] = [double(0.5, -0.7), double(1.5, 0.3), double(2, 3)];
  const both = (a: Tensor, b: Tensor): Tensor => a.sin().mul(b).exp().sum();

  it('with the Jacobian are what the whole Jacobian gives', () => {
    const f = (a: Tensor): Tensor => a.outer(a.exp());
    const whole = jacobian(f, x);
    const weights = torch.arange(4, { dtype: 'float64' }).view(2, 2);
    const [out, back] = vjp(f, x, weights);
    const [, forward] = jvp(f, x, v);
    expect(out.equal(f(x))).toBe(true);
    expect(back.allclose(weights.view(-1).matmul(whole.view(4, 2)))).toBe(true);
    expect(forward.allclose(whole.view(4, 2).matmul(v).view(2, 2))).toBe(true);
  });

  it('with the Hessian are what the whole Hessian gives', () => {
    const [[hxx, hxy], [hyx, hyy]] = hessian(both, [x, y] as const);
    const w = double(-1, 0.5);
    const expected = [hxx.mv(v).add(hxy.mv(w)), hyx.mv(v).add(hyy.mv(w))];
    for (const product of [vhp, hvp]) {
      const [value, result] = product(both, [x, y] as const, [v, w]);
      expect(value.allclose(both(x, y))).toBe(true);
      expect(result.every((r, i) => r.allclose(expected[i]!))).toBe(true);
    }
  });

  it('need no vector for one element', () => {
    expect(lists(vjp((a) => a.square().sum(), x))).toEqual([0.5 ** 2 + (-0.7) ** 2, [1, -1.4]]);
    expect(lists(jvp(squares, double(3)))).toEqual([[9], [6]]);
    expect(lists(vhp((a) => a.pow(3).sum(), double(3)))).toEqual([27, [18]]);
    expect(lists(hvp((a) => a.pow(3).sum(), double(3)))).toEqual([27, [18]]);
  });

  it('can be differentiated', () => {
    const a = double(0.5, 2).requiresGrad_();
    const checked = (run: (z: Tensor) => Tensor): void => void expect(torch.gradcheck(run, [a])).toBe(true);
    checked((z) => vjp((t) => t.pow(3), z, v, { createGraph: true })[1]);
    checked((z) => jvp((t) => t.pow(3), z, v, { createGraph: true })[1]);
    checked((z) => vhp((t) => t.pow(4).sum(), z, v, { createGraph: true })[1]);
    checked((z) => hvp((t) => t.pow(4).sum(), z, v, { createGraph: true })[1]);
  });

  it('work without recording outside', () => {
    torch.noGrad(() => {
      expect(lists(vjp(squares, double(3), double(2))[1])).toEqual([12]);
      expect(lists(jvp(squares, double(3), double(2))[1])).toEqual([12]);
    });
  });

  it.each<[string, () => unknown, string]>([
    [
      'vjp without a vector',
      () => vjp(squares, x),
      'The vector v can only be None if the user-provided function returns a single Tensor with a single element.',
    ],
    [
      'jvp without a vector',
      () => jvp(squares, x),
      'The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.',
    ],
    [
      'a vector of another size',
      () => vjp(squares, x, double(1, 2, 3)),
      'v has invalid size: should be torch.Size([2]) but got torch.Size([3]).',
    ],
    [
      'an entry of another size',
      () => jvp(both, [x, y], [v, double(1)]),
      'Entry 1 in v has invalid size: should be torch.Size([2]) but got torch.Size([1]).',
    ],
    [
      'too few entries',
      () => jvp(both, [x, y], [v]),
      'v is a tuple of invalid length: should be 2 but got 1.',
    ],
    ['too many entries', () => jvp(squares, x, [v, v]), 'The given v should contain a single Tensor.'],
    [
      'a linear function when strict',
      () => jvp((a) => a.mul(2), x.clone().requiresGrad_(), v, { strict: true, createGraph: true }),
      'The jacobian of the user-provided function is independent of input 0. This is not allowed in strict mode when create_graph=True.',
    ],
    [
      'a quadratic function when strict',
      () => hvp((a) => a.square().sum(), x.clone().requiresGrad_(), v, { strict: true, createGraph: true }),
      'The hessian of the user-provided function is independent of input 0. This is not allowed in strict mode when create_graph=True.',
    ],
    [
      'an unused input when strict',
      () => vjp((a, _b) => a.sum(), [x, y], null, { strict: true }),
      'The output of the user-provided function is independent of input 1.',
    ],
  ])('refuse %s', (_, run, message) => {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    expect(String(thrown)).toContain(message);
  });
});
