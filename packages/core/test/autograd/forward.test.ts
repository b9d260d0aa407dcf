import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { forwardAd } = torch.autograd;
const { dualLevel, makeDual, unpackDual } = forwardAd;
const x = torch.tensor([1, 2]);
const t = torch.tensor([3, 4]);

/** What PyTorch prints of the same program; recorded from PyTorch 1.13. */
describe('dual numbers', () => {
  it('carry a tangent through operations', () => {
    dualLevel(() => {
      const d = makeDual(x, t);
      expect(String(d)).toBe('tensor([1., 2.], tangent=tensor([3., 4.]))');
      expect(String(d.sum())).toBe('tensor(3., tangent=7.0)');
      expect(String(d.gt(1))).toBe('tensor([False,  True])');
      expect(String(d.int())).toBe('tensor([1, 2], dtype=torch.int32)');
      expect(String(d.detach())).toBe('tensor([1., 2.])');
      expect(String(unpackDual(d.exp()).tangent)).toBe('tensor([ 8.1548, 29.5562])');
      expect(unpackDual(x).primal).toBe(x);
      expect(unpackDual(x).tangent).toBeNull();
      expect(String(unpackDual(d).primal)).toBe('tensor([1., 2.])');
    });
  });

  it('end with their level', () => {
    const d = dualLevel(() => makeDual(x, t));
    expect(String(d)).toBe('tensor([1., 2.])');
    expect(unpackDual(d).tangent).toBeNull();
    dualLevel(() => expect(unpackDual(d.mul(2)).tangent).toBeNull());
  });

  it('follow in-place changes, views and their bases', () => {
    dualLevel(() => {
      const d = makeDual(x, t);
      const b = torch.zeros(3);
      b.select(0, 0).copy_(d.select(0, 0));
      expect(String(b)).toBe('tensor([1., 0., 0.], tangent=tensor([3., 0., 0.]))');
      const v = b.slice(0, 0, 2);
      expect(String(v)).toBe('tensor([1., 0.], tangent=tensor([3., 0.]))');
      v.mul_(d);
      expect(String(b)).toBe('tensor([1., 0., 0.], tangent=tensor([6., 0., 0.]))');
      const c = torch.zeros(2);
      const before = c.view(2, 1);
      c.copy_(d);
      expect(String(c)).toBe('tensor([1., 2.], tangent=tensor([3., 4.]))');
      expect(String(unpackDual(before).tangent)).toBe('tensor([[3.],\n        [4.]])');
      c.fill_(1);
      expect(String(c)).toBe('tensor([1., 1.], tangent=tensor([0., 0.]))');
      expect(String(d.clone().clamp_(0, 1.5))).toBe('tensor([1.0000, 1.5000], tangent=tensor([3., 0.]))');
      expect(String(d.clone().unsqueeze_(0))).toBe('tensor([[1., 2.]], tangent=tensor([[3., 4.]]))');
    });
  });

  it('take part in graphs, and do not need recording', () => {
    dualLevel(() => {
      const leaf = x.clone().requiresGrad_();
      const d = makeDual(leaf, t);
      expect(String(d)).toBe('tensor([1., 2.], grad_fn=<ViewBackward0>, tangent=tensor([3., 4.]))');
      expect(String(d.mul(d))).toBe(
        'tensor([1., 4.], grad_fn=<MulBackward0>,\n       tangent=tensor([ 6., 16.], grad_fn=<AddBackward0>))',
      );
      expect(String(torch.noGrad(() => d.mul(d)))).toBe('tensor([1., 4.], tangent=tensor([ 6., 16.]))');
      expect(String(torch.noGrad(() => leaf.mul_(makeDual(x, t))))).toBe(
        'tensor([1., 4.], requires_grad=True, tangent=tensor([3., 8.]))',
      );
    });
  });

  it('give products with the Hessian, forward over reverse and reverse over forward', () => {
    dualLevel(() => {
      const leaf = x.clone().requiresGrad_();
      const cubes = (z: torch.Tensor): torch.Tensor => z.pow(3).sum() as torch.Tensor;
      const d = makeDual(leaf, t);
      const [gradient] = torch.grad(cubes(d), d);
      expect(String(gradient)).toBe('tensor([ 3., 12.], tangent=tensor([18., 48.]))');
      const [product] = torch.grad(unpackDual(cubes(d)).tangent!, leaf);
      expect(unpackDual(product!).primal.tolist()).toEqual([18, 48]);
    });
  });

  it('give accumulated gradients their tangents', () => {
    dualLevel(() => {
      const leaf = x.clone().requiresGrad_();
      for (let i = 0; i < 2; i++) makeDual(leaf, t).pow(3).sum().backward();
      expect(String(leaf.grad)).toBe('tensor([ 6., 24.], tangent=tensor([36., 96.]))');
    });
  });
});

describe('mistakes with dual numbers', () => {
  it('have the texts of PyTorch', () => {
    expect(() => makeDual(x, t)).toThrow(
      'Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.',
    );
    expect(() => forwardAd.exitDualLevel()).toThrow('Dual level must be a positive number.');
    dualLevel(() => {
      expect(() => forwardAd.enterDualLevel()).toThrow(
        'Nested forward mode AD is not supported at the moment',
      );
      expect(() => makeDual(x, torch.ones(3))).toThrow(
        'Trying to set a forward gradient that has a different size than that of the original Tensor, this is not supported. Tensor is of size [2] while the given forward gradient is of size [3].',
      );
      expect(() => makeDual(torch.ones(2, { dtype: 'int64' }), t)).toThrow(
        'Expected primal to be floating point or complex, but got: torch.int64',
      );
      expect(() => makeDual(makeDual(x, t), t)).toThrow(
        'Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not supported.',
      );
    });
  });

  it('leave no level behind', () => {
    expect(() =>
      dualLevel(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(dualLevel(() => 1)).toBe(1);
  });
});

describe('custom functions in forward mode', () => {
  type Ctx = torch.autograd.FunctionContext;
  class Double extends torch.autograd.Function {
    static forward(_: Ctx, own: torch.Tensor): torch.Tensor {
      return own.mul(2);
    }
    static backward(_: Ctx, g: torch.Tensor): torch.Tensor {
      return g.mul(2);
    }
  }

  it('have a rule of their own, jvp', () => {
    const seen: string[] = [];
    class WithRule extends Double {
      static override forward(ctx: Ctx, own: torch.Tensor, other?: torch.Tensor): torch.Tensor {
        ctx.saveForForward(own);
        return own.mul(other ?? 2);
      }
      static jvp(ctx: Ctx, tangent: torch.Tensor, other: torch.Tensor | null): torch.Tensor {
        seen.push(`${ctx.savedTensors.map(String).join()} ${String(tangent)} ${String(other)}`);
        return tangent.mul(5);
      }
    }
    dualLevel(() => {
      const d = makeDual(x, t);
      expect(String(WithRule.apply(d))).toBe('tensor([2., 4.], tangent=tensor([15., 20.]))');
      WithRule.apply(d, x);
    });
    expect(seen).toEqual([
      'tensor([1., 2.]) tensor([3., 4.]) undefined',
      'tensor([1., 2.]) tensor([3., 4.]) tensor([0., 0.])',
    ]);
  });

  it('refuse without one, and where it does not fit', () => {
    class Sum extends Double {
      static jvp(_: Ctx, tangent: torch.Tensor): torch.Tensor {
        return tangent.sum() as torch.Tensor;
      }
    }
    class Two extends Double {
      static jvp(_: Ctx, tangent: torch.Tensor): torch.Tensor[] {
        return [tangent, tangent];
      }
    }
    dualLevel(() => {
      const d = makeDual(x, t);
      expect(() => Double.apply(d)).toThrow(
        'You must implement the jvp function for custom autograd.Function to use it with forward mode AD.',
      );
      expect(() => Sum.apply(d)).toThrow(
        'Tensor is of size [2] while the given forward gradient is of size [].',
      );
      expect(() => Two.apply(d)).toThrow(
        "Function's jvp returned an invalid number of forward gradients (expected 1 but got 2)",
      );
    });
  });
});
