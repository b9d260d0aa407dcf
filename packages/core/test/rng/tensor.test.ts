import type { DType, Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';
import { distance, recorded } from './recorded.ts';

const dtypes: { readonly [name: string]: DType } = {
  double: 'float64',
  float: 'float32',
  half: 'float16',
  long: 'int64',
};

const dtypeNamed = (name: string | undefined): DType =>
  name === undefined ? 'float32' : (dtypes[name] ?? (name as DType));

type Draw = () => Tensor;

const empty = (shape: readonly number[], dtype: DType = 'float32'): Tensor => torch.empty(shape, { dtype });

/** Expressions that have a form of their own. */
const named: { readonly [expr: string]: Draw } = {
  'torch.normal(2.,3.,(2,2))': () => torch.normal(2, 3, [2, 2]),
  'torch.normal(torch.arange(1.,5.),torch.tensor([1.,.5,.25,.125]))': () =>
    torch.normal(torch.tensor([1, 2, 3, 4]), torch.tensor([1, 0.5, 0.25, 0.125])),
  'torch.normal(torch.zeros(3),2.0)': () => torch.normal(torch.zeros(3), 2),
  'torch.normal(1.0,torch.tensor([1.,2.,3.]))': () => torch.normal(1, torch.tensor([1, 2, 3])),
  'torch.empty(4,5).t().normal_()': () => empty([4, 5]).t().normal_(),
  'torch.randint(0,2**32-1,(4,))': () => torch.randint(0, 2 ** 32 - 1, [4]),
  'torch.randint(0,2**32,(4,))': () => torch.randint(0, 2 ** 32, [4]),
  'torch.randint(0,2**40,(4,))': () => torch.randint(0, 2 ** 40, [4]),
  'torch.randint_like(torch.zeros(3,dtype=torch.int32),3,9)': () =>
    torch.zeros([3], { dtype: 'int32' }).randintLike(3, 9),
  'torch.bernoulli(torch.tensor([.1,.5,.9,0.,1.]))': () =>
    torch.bernoulli(torch.tensor([0.1, 0.5, 0.9, 0, 1])),
  'torch.bernoulli(torch.tensor([.1,.5,.9],dtype=torch.double))': () =>
    torch.bernoulli(torch.tensor([0.1, 0.5, 0.9], { dtype: 'float64' })),
  'torch.empty(4).bernoulli_(torch.tensor([.2,.4,.6,.8],dtype=torch.double))': () =>
    empty([4]).bernoulli_(torch.tensor([0.2, 0.4, 0.6, 0.8], { dtype: 'float64' })),
  'torch.multinomial(torch.tensor([.1,.2,.3,.4]),1)': () =>
    torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 1),
  'torch.multinomial(torch.tensor([.1,.2,.3,.4]),4)': () =>
    torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 4),
  'torch.multinomial(torch.tensor([.1,.2,.3,.4]),10,replacement=True)': () =>
    torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 10, true),
  'torch.multinomial(torch.tensor([[1.,2.,3.],[3.,2.,1.]]),2)': () =>
    torch.multinomial(
      torch.tensor([
        [1, 2, 3],
        [3, 2, 1],
      ]),
      2,
    ),
  'torch.multinomial(torch.tensor([[1.,2.,3.],[3.,2.,1.]]),5,True)': () =>
    torch.multinomial(
      torch.tensor([
        [1, 2, 3],
        [3, 2, 1],
      ]),
      5,
      true,
    ),
  'torch.multinomial(torch.tensor([0.,1.,0.,2.],dtype=torch.double),2)': () =>
    torch.multinomial(torch.tensor([0, 1, 0, 2], { dtype: 'float64' }), 2),
  'torch.poisson(torch.tensor([.5,4.,20.]))': () => torch.poisson(torch.tensor([0.5, 4, 20])),
  'torch.rand(700)[-8:]': () => torch.rand(700).slice(0, -8),
  'torch.randn(640)[-8:]': () => torch.randn(640).slice(0, -8),
  'nn.init.uniform_(torch.empty(3))': () => empty([3]).uniform_(),
  'nn.init.normal_(torch.empty(3))': () => empty([3]).normal_(),
};

const numbers = (text: string): number[] => (text === '' ? [] : text.split(',').map(Number));

/** `torch.rand(8,dtype=torch.half)`, `torch.randint(0,10,(5,),dtype=torch.float)`, `torch.empty(2,3).uniform_(2,5)`. */
function parse(expr: string): Draw | undefined {
  const factory = /^torch\.(rand|randn|randperm)\((\d+)(?:,dtype=torch\.(\w+))?\)$/.exec(expr);
  if (factory !== null) {
    const [, name, count, dtype] = factory;
    const options = dtype === undefined ? {} : { dtype: dtypeNamed(dtype) };
    if (name === 'randperm') return () => torch.randperm(Number(count), options);
    return () => (name === 'rand' ? torch.rand : torch.randn)([Number(count)], options);
  }
  const integers = /^torch\.randint\((-?\d+(?:,-?\d+)?),\((\d+),\)(?:,dtype=torch\.(\w+))?\)$/.exec(expr);
  if (integers !== null) {
    const [, bounds, count, dtype] = integers;
    const options = dtype === undefined ? {} : { dtype: dtypeNamed(dtype) };
    return () => torch.randint(...numbers(bounds!), [Number(count)], options);
  }
  const fill = /^torch\.empty\(([\d,]+)(?:,dtype=torch\.(\w+))?\)\.(\w+)_\(([^()]*)\)$/.exec(expr);
  if (fill === null) return undefined;
  const [, shape, dtype, name, args] = fill;
  const method = `${name!.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}_` as 'uniform_';
  return () => empty(numbers(shape!), dtypeNamed(dtype))[method](...numbers(args!));
}

/** Streams of layers and their initialisation, which other packages draw. */
const isElsewhere = (expr: string): boolean => /^F\.|nn\.(?!init\.(uniform|normal)_)/.test(expr);

describe('random tensors against PyTorch', () => {
  for (const { name, seed, steps } of recorded.streams) {
    if (steps.some(({ expr }) => isElsewhere(expr) && !/^F\.(gumbel|rrelu)/.test(expr))) continue;
    it(`${name} from ${seed}`, () => {
      torch.manualSeed(BigInt(seed));
      for (const { expr, dtype, shape, values } of steps) {
        // What follows in the stream is drawn by functions of other packages.
        if (isElsewhere(expr)) return;
        const draw = named[expr] ?? parse(expr);
        expect(draw, expr).toBeDefined();
        const x = draw!();
        expect([x.dtype, x.shape], expr).toEqual([dtype, shape]);
        const allowed = /randn|normal_|exponential_/.test(expr) && dtype === 'float64' ? 1 : 0;
        expect(distance(x.toTypedArray(), dtype, values), expr).toBeLessThanOrEqual(allowed);
      }
    });
  }
});

describe('random fills', () => {
  it('of a contiguous tensor are those of its transpose in memory order', () => {
    for (const fill of ['uniform_', 'exponential_'] as const) {
      torch.manualSeed(3);
      const plain = torch.empty(4, 5)[fill]();
      torch.manualSeed(3);
      const turned = torch.empty(5, 4).t()[fill]();
      expect(turned.t().flatten().tolist(), fill).toEqual(
        torch.tensor(plain.flatten().tolist() as number[]).tolist(),
      );
    }
  });

  it('write through views and count as a change', () => {
    const x = torch.zeros(4, 4);
    x.slice(1, 0, 4, 2).normal_();
    expect(x.version).toBe(1);
    expect(x.slice(1, 1, 4, 2).eq(0).all().item()).toBe(true);
    expect(x.slice(1, 0, 4, 2).eq(0).any().item()).toBe(false);
  });

  it('take a generator of their own', () => {
    const generator = new torch.Generator().manualSeed(7);
    torch.manualSeed(7);
    const from = torch.rand([3]).tolist();
    torch.manualSeed(8);
    expect(torch.empty(3).uniform_(0, 1, { generator }).tolist()).toEqual(from);
  });

  it('start again from a saved state', () => {
    torch.manualSeed(1);
    torch.randn(3);
    const state = torch.defaultGenerator.getState();
    const first = [torch.randn(3).tolist(), torch.rand(2).tolist()];
    torch.defaultGenerator.setState(state);
    expect([torch.randn(3).tolist(), torch.rand(2).tolist()]).toEqual(first);
  });
});
