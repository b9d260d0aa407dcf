import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

type Context<Own extends object = object> = torch.autograd.FunctionContext<Own>;

const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true });
const double = (...values: number[]): Tensor =>
  torch.tensor(values, { dtype: 'float64', requiresGrad: true });

class Cube extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.pow(3);
  }
  static backward(ctx: Context, grad: Tensor): Tensor {
    const [x] = ctx.savedTensors;
    return grad.mul(x!.square()).mul(3);
  }
}

class Exp extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static backward(ctx: Context, grad: Tensor): Tensor {
    return grad.mul(ctx.savedTensors[0]!);
  }
}

class Scale extends torch.autograd.Function {
  static forward(ctx: Context<{ factor: number }>, x: Tensor, factor: number): Tensor {
    ctx.factor = factor;
    return x.mul(factor);
  }
  static backward(ctx: Context<{ factor: number }>, grad: Tensor): [Tensor, null] {
    return [grad.mul(ctx.factor), null];
  }
}

describe('a custom function', () => {
  it('is a node of the graph, with an edge for each tensor', () => {
    const x = leaf(1, 2);
    const y = Scale.apply(x.mul(2), 3);
    expect(String(y)).toBe('tensor([ 6., 12.], grad_fn=<ScaleBackward>)');
    expect(y.gradFn!.nextFunctions.map(([node, nr]) => [node!.name, nr])).toEqual([['MulBackward0', 0]]);
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([6, 6]);
  });

  it('is no node where nothing requires gradients', () => {
    expect(Cube.apply(torch.ones(2)).gradFn).toBeNull();
    expect(torch.noGrad(() => Cube.apply(leaf(1))).requiresGrad).toBe(false);
  });

  it('can be differentiated twice and more, also through its own output', () => {
    expect(torch.gradcheck((x) => Cube.apply(x), [double(0.5, -1.5)])).toBe(true);
    expect(torch.gradgradcheck((x) => Cube.apply(x), [double(0.5, -1.5)])).toBe(true);
    expect(torch.gradgradcheck((x) => Exp.apply(x), [double(0.5, -1.5)])).toBe(true);
    const x = double(0.3);
    let y: Tensor = Exp.apply(x);
    for (let i = 0; i < 4; i++) [y] = torch.grad(y, x, { createGraph: true }) as [Tensor];
    expect(y.item()).toBeCloseTo(Math.exp(0.3), 12);
  });

  it('passes on what is no tensor', () => {
    class Both extends torch.autograd.Function {
      static forward(_: Context, x: Tensor): [Tensor, string] {
        return [x.mul(2), 'twice'];
      }
      static backward(_: Context, grad: Tensor, other: null): Tensor {
        expect(other).toBeNull();
        return grad.mul(2);
      }
    }
    const x = leaf(1);
    const [y, word] = Both.apply(x);
    y.backward();
    expect([word, x.grad!.item()]).toEqual(['twice', 2]);
  });

  it('may leave the context to setupContext', () => {
    class Square extends torch.autograd.Function {
      static forward(x: Tensor, k: number): Tensor {
        return x.pow(k);
      }
      static setupContext(ctx: Context<{ k: number }>, [x, k]: [Tensor, number], _: Tensor): void {
        ctx.saveForBackward(x);
        ctx.k = k;
      }
      static backward(ctx: Context<{ k: number }>, grad: Tensor): [Tensor, null] {
        return [grad.mul(ctx.savedTensors[0]!.pow(ctx.k - 1)).mul(ctx.k), null];
      }
    }
    const y: Tensor = Square.apply(leaf(3), 2);
    expect(torch.grad(y, y)[0]!.item()).toBe(1);
    expect(torch.gradgradcheck((x) => Square.apply(x, 3), [double(0.5)])).toBe(true);
  });

  it('may change its input in place', () => {
    class Grow extends torch.autograd.Function {
      static forward(ctx: Context, x: Tensor): Tensor {
        ctx.markDirty(x);
        return x.add_(1);
      }
      static backward(_: Context, grad: Tensor): Tensor {
        return grad.mul(10);
      }
    }
    const x = leaf(1, 1);
    const z = x.mul(1);
    const y = Grow.apply(z);
    y.sum().backward();
    expect([y === z, z.gradFn!.name, z.version, x.grad!.tolist()]).toEqual([
      true,
      'GrowBackward',
      2,
      [10, 10],
    ]);
    expect(() => Grow.apply(x)).toThrow('a leaf Variable that requires grad has been used in an in-place');
    const [w, base] = [leaf(1, 1), torch.ones(2)];
    const view = w.mul(1);
    Grow.apply(view.at(0));
    view.sum().backward();
    expect([w.grad!.tolist(), view.gradFn!.name, base.version]).toEqual([[10, 1], 'CopySlices', 0]);
  });

  it('may start a backward of its own', () => {
    const v = leaf(1, 2);
    class Outer extends torch.autograd.Function {
      static forward(_: Context, x: Tensor): Tensor {
        return x.mul(2);
      }
      static backward(_: Context, grad: Tensor): Tensor {
        torch.enableGrad(() => v.mul(v).sum().backward());
        return grad.mul(2);
      }
    }
    const x = torch.ones([1000], { requiresGrad: true });
    Outer.apply(Outer.apply(x.mul(1)))
      .sum()
      .backward();
    expect([x.grad!.at(0).item(), v.grad!.tolist()]).toEqual([4, [4, 8]]);
  });

  it('may start a backward through the graph in which it runs', () => {
    const x = leaf(2);
    const shared = x.mul(x);
    class Peek extends torch.autograd.Function {
      static forward(_: Context, y: Tensor): Tensor {
        return y.clone();
      }
      static backward(_: Context, grad: Tensor): Tensor {
        shared.backward(null, { retainGraph: true });
        return grad;
      }
    }
    Peek.apply(shared).mul(3).sum().backward();
    expect(x.grad!.item()).toBe(4 + 12);
  });

  it('may keep what it sees', () => {
    const seen: Tensor[] = [];
    class Watch extends torch.autograd.Function {
      static forward(_: Context, x: Tensor): [Tensor, Tensor] {
        return [x.clone(), x.clone()];
      }
      static backward(_: Context, a: Tensor, b: Tensor): Tensor {
        const sum = a.add(b).mul(2);
        seen.push(a, b, a.mul(5), sum);
        return sum;
      }
    }
    const x = torch.ones([1000], { requiresGrad: true });
    const [a] = Watch.apply(x.mul(3).sin());
    a.mul(3).sum().backward();
    expect(seen.map((t) => t.at(0).item())).toEqual([3, 0, 15, 6]);
  });

  it('without materialized gradients sees null', () => {
    let seen: unknown;
    class Two extends torch.autograd.Function {
      static forward(ctx: Context, x: Tensor): [Tensor, Tensor] {
        ctx.setMaterializeGrads(false);
        return [x.clone(), x.clone()];
      }
      static backward(_: Context, a: Tensor, b: Tensor | null): Tensor {
        seen = b;
        return a;
      }
    }
    Two.apply(leaf(1))[0].backward();
    expect(seen).toBeNull();
  });

  it('lets go of what it saved', () => {
    const y = Cube.apply(leaf(2)).sum();
    y.backward();
    expect(() => y.backward()).toThrow(/second time/);
    const node = Cube.apply(leaf(2)).gradFn!;
    expect([node.savedTensors.length, node.isFreed]).toEqual([1, false]);
  });

  it('marked as differentiable once refuses a second time', () => {
    class Once extends torch.autograd.Function {
      static forward(ctx: Context, x: Tensor): Tensor {
        ctx.saveForBackward(x);
        return x.square();
      }
      static backward = torch.autograd.onceDifferentiable((ctx: Context, grad: Tensor) =>
        ctx.savedTensors[0]!.mul(grad).mul(2),
      );
    }
    const [x, v] = [leaf(1, 1), leaf(1, 1)];
    const [g] = torch.grad(Once.apply(x), x, { gradOutputs: v, createGraph: true });
    expect(String(g)).toBe('tensor([2., 2.], grad_fn=<Error>)');
    expect(() => g!.sum().backward()).toThrow('trying to differentiate twice a function that was marked');
    const [plain] = torch.grad(Once.apply(x), x, { gradOutputs: torch.ones(2), createGraph: true });
    expect(plain!.requiresGrad).toBe(false);
  });
});

describe('outputs', () => {
  class Same extends torch.autograd.Function {
    static forward(_: Context, x: Tensor): Tensor {
      return x;
    }
    static backward(_: Context, grad: Tensor): Tensor {
      return grad.mul(2);
    }
  }
  class Flat extends torch.autograd.Function {
    static forward(_: Context, x: Tensor): Tensor {
      return x.view(4);
    }
    static backward(_: Context, grad: Tensor): Tensor {
      return grad.view(2, 2);
    }
  }
  class Pair extends torch.autograd.Function {
    static forward(_: Context, x: Tensor): [Tensor, Tensor] {
      return [x.view(2, 2), x.view(4)];
    }
    static backward(_: Context, a: Tensor, b: Tensor): Tensor {
      return a.add(b.view(2, 2));
    }
  }
  class Marked extends torch.autograd.Function {
    static forward(ctx: Context, x: Tensor): [Tensor, Tensor, Tensor] {
      const rank = x.argsort();
      const floor = x.floor();
      ctx.markNonDifferentiable(floor);
      return [x.mul(2), rank, floor];
    }
    static backward(_: Context, grad: Tensor): Tensor {
      return grad.mul(2);
    }
  }

  it('that are an input are another tensor over its memory', () => {
    const x = leaf(1, 1);
    const y = Same.apply(x);
    expect([y === x, String(y)]).toEqual([false, 'tensor([1., 1.], grad_fn=<SameBackward>)']);
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([2, 2]);
    expect(() => y.add_(1)).toThrow(
      /^Output 0 of SameBackward is a view and is being modified inplace. This view was created inside a custom Function/,
    );
  });

  it('that are views cannot be changed in place', () => {
    const x = torch.ones([2, 2], { requiresGrad: true });
    expect(() => Flat.apply(x.clone()).add_(1)).toThrow(/^Output 0 of FlatBackward is a view/);
    expect(() => Pair.apply(x.clone())[1].add_(1)).toThrow(/multiple views/);
    const z = x.mul(1);
    const flat = Flat.apply(z);
    z.add_(1);
    expect(() => flat.gradFn).toThrow(
      /Output 0 of FlatBackward is a view and its base or another view of its base/,
    );
  });

  it('that are marked or of integers have no gradient', () => {
    const x = leaf(2.5, 1);
    const [y, rank, floor] = Marked.apply(x);
    expect([y, rank, floor].map((t) => t.requiresGrad)).toEqual([true, false, false]);
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([2, 2]);
  });
});

describe('refused', () => {
  const x = leaf(1, 1);
  const withBackward = (backward: (...args: unknown[]) => unknown) =>
    class M extends torch.autograd.Function {
      static forward(_: Context, a: Tensor, _b?: unknown): Tensor {
        return a.mul(2);
      }
      static backward(_: Context, ...grads: Tensor[]): unknown {
        return backward(...grads);
      }
    };
  it.each<[string, () => unknown, string]>([
    [
      'too many gradients',
      () =>
        withBackward((g) => [g, g])
          .apply(x)
          .sum()
          .backward(),
      'RuntimeError: function MBackward returned an incorrect number of gradients (expected 1, got 2)',
    ],
    [
      'too few',
      () =>
        withBackward((g) => g)
          .apply(x, x)
          .sum()
          .backward(),
      'RuntimeError: function MBackward returned an incorrect number of gradients (expected 2, got 1)',
    ],
    [
      'one for what is no tensor',
      () =>
        withBackward((g) => [g, g])
          .apply(x, 3)
          .sum()
          .backward(),
      'RuntimeError: function MBackward returned a gradient different than None at position 2, but the corresponding forward input was not a Variable',
    ],
    [
      'one that is no tensor',
      () =>
        withBackward(() => 3)
          .apply(x)
          .sum()
          .backward(),
      'RuntimeError: expected Variable or None (got int)',
    ],
    [
      'one of another shape',
      () =>
        withBackward(() => torch.ones(5))
          .apply(x)
          .sum()
          .backward(),
      'RuntimeError: Function MBackward returned an invalid gradient at index 0 - got [5] but expected shape compatible with [2]',
    ],
    [
      'an instance',
      () => new Cube(),
      'RuntimeError: Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)',
    ],
  ])('%s', (_, run, message) => {
    let error: unknown;
    try {
      run();
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toBe(message);
  });

  it('a function without forward or backward', () => {
    class Nothing extends torch.autograd.Function {}
    class Forward extends torch.autograd.Function {
      static forward(_: Context, a: Tensor): Tensor {
        return a.mul(2);
      }
    }
    // @ts-expect-error: the types say so, too
    expect(() => Nothing.apply(x)).toThrow('You must implement the forward function');
    expect(() => Forward.apply(x).sum().backward()).toThrow('You must implement either the backward or vjp');
  });

  it('arguments of another type', () => {
    // @ts-expect-error: a number is missing
    expect(() => Scale.apply(x).sum().backward()).toThrow();
    expect(() => Scale.apply(x, 2).sum().backward()).not.toThrow();
  });
});
