import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { grad, gradAndValue, hessian, jacfwd, jacrev, jvp, vjp, vmap } = torch.func;
type Tensor = torch.Tensor;
const total = (a: Tensor): Tensor => a.sum() as Tensor;
const v = torch.tensor([1, 2, 3]);
const cubes = (a: Tensor): Tensor => total(a.pow(3));

describe('torch.func.grad', () => {
  it('differentiates functions, again and again', () => {
    const sine = (a: Tensor): Tensor => a.sin();
    const at = torch.tensor(0.5);
    expect((grad(sine)(at) as Tensor).item()).toBeCloseTo(Math.cos(0.5), 6);
    expect((grad(grad(sine))(at) as Tensor).item()).toBeCloseTo(-Math.sin(0.5), 6);
    expect((grad(grad(grad(sine)))(at) as Tensor).item()).toBeCloseTo(-Math.cos(0.5), 6);
  });

  it('keeps variables of nested functions apart', () => {
    const outer = grad((a: Tensor) => a.mul(grad((b: Tensor) => a.add(b))(torch.tensor(1))));
    expect((outer(torch.tensor(1)) as Tensor).item()).toBe(1);
  });

  it('chooses arguments, takes trees, and hands on more', () => {
    const loss = (w: { k: Tensor; b: Tensor }, a: Tensor): Tensor => total(w.k.mul(a).add(w.b));
    const weights = { k: torch.tensor(2), b: torch.tensor(1) };
    const [own, input] = grad(loss, { argnums: [0, 1] })(weights, v) as [typeof weights, Tensor];
    expect([own.k.item(), own.b.item(), input.tolist()]).toEqual([6, 3, [2, 2, 2]]);
    const [gradient, value] = gradAndValue(cubes)(v) as [Tensor, Tensor];
    expect([gradient.tolist(), value.item()]).toEqual([[3, 12, 27], 36]);
    const [, aux] = grad((a: Tensor) => [cubes(a), a.mul(2)], { hasAux: true })(v) as [Tensor, Tensor];
    expect(aux.tolist()).toEqual([2, 4, 6]);
    expect(aux.requiresGrad).toBe(false);
  });

  it('leaves its arguments alone, and joins the graph around it', () => {
    expect((grad(cubes)(v) as Tensor).requiresGrad).toBe(false);
    expect(v.requiresGrad).toBe(false);
    const leaf = v.clone().requiresGrad_();
    total(grad(cubes)(leaf) as Tensor).backward();
    expect(leaf.grad!.tolist()).toEqual([6, 12, 18]);
    const scale = torch.tensor(2).requiresGrad_();
    total(grad((a: Tensor) => cubes(a).mul(scale))(v) as Tensor).backward();
    expect(scale.grad!.item()).toBe(42);
  });

  it('gives gradients for each sample under vmap', () => {
    const loss = (w: Tensor, a: Tensor): Tensor => total(w.mul(a)).square();
    const rows = torch.tensor([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    const each = vmap(grad(loss), [null, 0])(torch.ones(3), rows) as Tensor;
    expect(each.tolist()).toEqual([
      [0, 6, 12],
      [72, 96, 120],
    ]);
  });

  it('refuses what is not one number', () => {
    expect(() => grad((a: Tensor) => a)(v)).toThrow(
      'grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with 1 dims. Maybe you wanted to use the vjp or jacrev APIs instead?',
    );
    expect(() => grad((_: Tensor) => 3)(v)).toThrow(
      'grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got ',
    );
    expect(() => grad(cubes, { argnums: 3 })(v)).toThrow('Got argnum=3, but only 1 positional inputs');
    expect(() => grad(total)(torch.arange(3))).toThrow(
      'only Tensors of floating point dtype can require gradients',
    );
  });
});

describe('products and Jacobians', () => {
  const wave = (a: Tensor): Tensor => torch.stack([a.prod() as Tensor, total(a.square())]);
  const rows = [
    [6, 3, 2],
    [2, 4, 6],
  ];

  it('vjp and jvp', () => {
    const [output, back] = vjp(wave, v);
    expect(output.tolist()).toEqual([6, 14]);
    expect((back(torch.tensor([1, 0])) as Tensor).tolist()).toEqual(rows[0]);
    expect((back(torch.tensor([0, 1])) as Tensor).tolist()).toEqual(rows[1]);
    const [primal, tangent] = jvp(wave, [v], [torch.tensor([0, 1, 0])]);
    expect([primal.tolist(), tangent.tolist()]).toEqual([
      [6, 14],
      [3, 4],
    ]);
    expect(() => jvp(wave, [v], [torch.ones(2)])).toThrow(
      'Tensor is of size [3] while the given forward gradient is of size [2].',
    );
  });

  it('jacrev and jacfwd agree', () => {
    expect((jacrev(wave)(v) as Tensor).tolist()).toEqual(rows);
    expect((jacfwd(wave)(v) as Tensor).tolist()).toEqual(rows);
    const two = (a: Tensor, b: Tensor): { product: Tensor } => ({ product: a.unsqueeze(1).mul(b) });
    const b = torch.tensor([4, 5]);
    const [byA, byB] = (jacrev(two, { argnums: [0, 1] })(v, b) as { product: [Tensor, Tensor] }).product;
    const [forA, forB] = (jacfwd(two, { argnums: [0, 1] })(v, b) as { product: [Tensor, Tensor] }).product;
    expect([byA.shape, byB.shape]).toEqual([
      [3, 2, 3],
      [3, 2, 2],
    ]);
    expect(byA.tolist()).toEqual(forA.tolist());
    expect(byB.tolist()).toEqual(forB.tolist());
  });

  it('hessian, also of each sample, equals the one of torch.autograd.functional', () => {
    const f = (a: Tensor): Tensor => (a.prod() as Tensor).add(cubes(a));
    const whole = torch.autograd.functional.hessian(f, v) as Tensor;
    expect((hessian(f)(v) as Tensor).tolist()).toEqual(whole.tolist());
    const each = vmap(hessian(f))(torch.stack([v, v.mul(2)])) as Tensor;
    expect(each.select(0, 0).tolist()).toEqual(whole.tolist());
    expect((jacrev(jacrev(f))(v) as Tensor).tolist()).toEqual(whole.tolist());
  });

  it('isGradsBatched pulls many cotangents back at once', () => {
    const leaf = v.clone().requiresGrad_();
    const [jacobian] = torch.grad(wave(leaf), leaf, { gradOutputs: torch.eye(2), isGradsBatched: true });
    expect(jacobian!.tolist()).toEqual(rows);
    expect(() => torch.grad(wave(leaf), leaf, { gradOutputs: torch.eye(3), isGradsBatched: true })).toThrow(
      'If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension.',
    );
  });

  it('vectorize gives the same Jacobian with fewer runs', () => {
    const { jacobian } = torch.autograd.functional;
    expect((jacobian(wave, v, { vectorize: true }) as Tensor).tolist()).toEqual(rows);
    expect(() => jacobian(wave, v, { vectorize: true, strict: true })).toThrow(
      'torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together.',
    );
  });
});
