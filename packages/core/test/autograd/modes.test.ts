import { afterEach, describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const leaf = () => torch.ones([2], { requiresGrad: true });

afterEach(() => torch.setGradEnabled(true));

describe('recording', () => {
  it('is on unless turned off, and comes back', () => {
    expect(torch.isGradEnabled()).toBe(true);
    torch.noGrad(() => {
      expect(torch.isGradEnabled()).toBe(false);
      torch.enableGrad(() => expect(torch.isGradEnabled()).toBe(true));
      torch.setGradEnabled(true, () => expect(torch.isGradEnabled()).toBe(true));
      expect(torch.isGradEnabled()).toBe(false);
    });
    torch.setGradEnabled(false);
    expect([torch.isGradEnabled(), leaf().mul(2).requiresGrad]).toEqual([false, false]);
    torch.setGradEnabled(true);
    expect(() =>
      torch.noGrad(() => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(torch.isGradEnabled()).toBe(true);
  });

  it('does not stop tensors from being made as leaves', () => {
    torch.noGrad(() => {
      const x = leaf();
      expect([x.requiresGrad, x.isLeaf, x.mul(2).requiresGrad, x.view(2).requiresGrad]).toEqual([
        true,
        true,
        false,
        true,
      ]);
    });
  });

  it('gives no history to integers and bools', () => {
    const x = leaf();
    const results = [x.gt(0), x.argmax(), x.to('int64'), x.sort().indices, x.isnan()];
    expect(results.map((y) => y.requiresGrad)).toEqual([false, false, false, false, false]);
    expect(x.sort().values.requiresGrad).toBe(true);
  });
});

describe('leaves', () => {
  it('are what the user made and what nothing recorded', () => {
    const x = leaf();
    const facts = [x, torch.ones(2), x.mul(2).detach(), torch.ones(2).mul(2), x.mul(2), x.view(2)];
    expect(facts.map((y) => y.isLeaf)).toEqual([true, true, true, true, false, false]);
  });

  it('may stop requiring gradients; others may not', () => {
    const x = leaf();
    x.requiresGrad_(false);
    expect([x.requiresGrad, x.mul(2).requiresGrad]).toEqual([false, false]);
    x.requiresGrad = true;
    const y = x.mul(2);
    expect(y.requiresGrad_()).toBe(y);
    expect(() => y.requiresGrad_(false)).toThrow(
      'you can only change requires_grad flags of leaf variables. If you',
    );
  });

  it('are updated outside the graph', () => {
    const x = leaf();
    x.mul(x).sum().backward();
    const grad = x.grad;
    torch.noGrad(() => x.sub_(x.grad!.mul(0.05)));
    expect([String(x), x.isLeaf, x.grad === grad, x.version]).toEqual([
      'tensor([0.9000, 0.9000], requires_grad=True)',
      true,
      true,
      1,
    ]);
  });
});

describe('gradients where values are not finite', () => {
  it('leak from what was not selected, as in PyTorch', () => {
    const x = torch.tensor([0, 1], { requiresGrad: true });
    const y = torch.where(x.gt(0), x.sqrt(), torch.zeros(2));
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([Number.NaN, 0.5]);
  });
});

describe('gradcheck', () => {
  const double = (...values: number[]) => torch.tensor(values, { dtype: 'float64', requiresGrad: true });

  it('shows both Jacobians where they differ', () => {
    const wrong = (a: ReturnType<typeof double>) => {
      const y = a.mul(2);
      y.registerHook((g) => g.mul(1.5));
      return y;
    };
    expect(() => torch.gradcheck(wrong, [double(1, 2)])).toThrow(
      'Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor([[2.0000, 0.0000],\n        [0.0000, 2.0000]], dtype=torch.float64)\nanalytical:tensor([[3., 0.],\n        [0., 3.]], dtype=torch.float64)\n',
    );
    expect(torch.gradcheck(wrong, [double(1, 2)], { raiseException: false })).toBe(false);
  });

  it('fails at a kink', () => {
    expect(torch.gradcheck((a) => a.relu(), [double(0)], { raiseException: false })).toBe(false);
    expect(torch.gradcheck((a) => a.relu(), [double(1)])).toBe(true);
  });

  it('refuses a backward that gives something for nothing', () => {
    class Adds extends torch.autograd.Function {
      static forward(_: torch.autograd.FunctionContext, a: ReturnType<typeof double>) {
        return a.mul(1);
      }
      static backward(_: torch.autograd.FunctionContext, g: ReturnType<typeof double>) {
        return g.mul(0).add(1);
      }
    }
    expect(() => torch.gradcheck((a) => Adds.apply(a), [double(1)])).toThrow(
      'backward not multiplied by grad_output',
    );
    class Undefined extends torch.autograd.Function {
      static forward(ctx: torch.autograd.FunctionContext, a: ReturnType<typeof double>) {
        ctx.setMaterializeGrads(false);
        return a.mul(1);
      }
      static backward(_: torch.autograd.FunctionContext, g: ReturnType<typeof double> | null) {
        return g ?? torch.ones([1], { dtype: 'float64' });
      }
    }
    const unsafe = (a: ReturnType<typeof double>) => Undefined.apply(a);
    expect(() => torch.gradcheck(unsafe, [double(1)])).toThrow(
      'Expected all input grads to be undefined or zero',
    );
    expect(torch.gradcheck(unsafe, [double(1)], { checkUndefinedGrad: false })).toBe(true);
  });

  it('refuses what it cannot check', () => {
    expect(() => torch.gradcheck((a) => a.sum(), [double(1).expand(3)])).toThrow(
      'The 0th input has a dimension with stride 0.',
    );
    expect(() => torch.gradcheck((a) => a.detach().mul(2), [double(1)])).toThrow(
      'Numerical gradient for function expected to be zero',
    );
    expect(torch.gradcheck((a) => a.detach().mul(0), [double(1)])).toBe(true);
  });

  it('checks second derivatives', () => {
    expect(torch.gradgradcheck((a, b) => a.mul(b).tanh(), [double(1, 2), double(0.3, -0.5)])).toBe(true);
  });
});
