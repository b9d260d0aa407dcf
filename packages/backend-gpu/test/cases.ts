import * as torch from '@taimatsu/core';
import {
  type Backend,
  type Expr,
  flatMapPlan,
  type Kernels,
  load,
  s,
  scalarKernel,
  type View,
} from '@taimatsu/core/backend';
import type { GpuBackend } from '../src/index.ts';

/** A test that runs in Node and in a page alike: it throws where something is wrong. */
export type Case = (backend: Backend) => void;

const f = Math.fround;

/** @throws where two lists of numbers differ by more than `ulps` units in the last place */
function close(got: unknown, wanted: readonly number[], ulps = 0): void {
  const values = [got as number | readonly number[]].flat().map(Number);
  const fits = (a: number, b: number): boolean =>
    Object.is(a, b) || (ulps > 0 && Math.abs(a - b) <= ulps * 2 ** (Math.floor(Math.log2(Math.abs(b))) - 23));
  if (values.length === wanted.length && values.every((value, i) => fits(value, f(wanted[i]!)))) return;
  throw new Error(`expected ${wanted.map(show)}, got ${values.map(show)}`);
}

const show = (x: number | readonly number[]): string =>
  typeof x === 'number' ? (Object.is(x, -0) ? '-0' : String(x)) : x.map(show).join();

/** Elementwise code of one size: what happens to which of the tensors so far. */
const steps: readonly ((a: torch.Tensor, b: torch.Tensor) => torch.Tensor)[] = [
  (a, b) => a.mul(b).add(a),
  (a, b) => torch.addcmul(a, b, b, { value: 0.5 }),
  (a) => a.mul(1.7).sub(0.3),
  (a) => a.sigmoid(),
  (a, b) => torch.where(a.gt(b), a, b),
  (a) => a.mul(3).to('int32').to('float32'),
  (a, b) => a.clone().mul_(b).add_(1),
  (a, b) => a.add_(b.mul(0.25)),
  (a, b) => a.sub(b.mean()),
  (a, b) => {
    if (a.numel() > 3) a.narrow(0, 0, 2).add_(b.narrow(0, 1, 2).neg());
    return a.neg();
  },
];

/** What random code in a scope leaves. */
function program(seed: number, after: () => void = () => {}): readonly number[] {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const size = [1, 2, 5, 64, 131][next(5)]!;
  const results = torch.tidy(() => {
    const made = [0, 1, 2].map((k) => t(Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + k) * 3)));
    const count = 5 + next(40);
    for (let n = 0; n < count; n++) {
      const [a, b] = [made[next(made.length)]!, made[next(made.length)]!];
      made.push(steps[next(steps.length)]!(a, b));
      after();
    }
    return made.slice(-3);
  });
  return results.flatMap((result) => result.tolist() as number[]);
}

/** @throws where `run` does not throw an error with this code */
export function refuses(code: string, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if ((error as { code?: string }).code === code) return;
    throw error;
  }
  throw new Error(`expected ${code}, got no error`);
}

const { Infinity: inf, NaN: nan } = globalThis;
const t = (values: torch.NestedData): torch.Tensor => torch.tensor(values);
const ints = (values: readonly number[]): torch.Tensor => torch.tensor(values, { dtype: 'int32' });
const list = (x: torch.Tensor): unknown => x.tolist();

/** What gpu.js, shaders or textures are known to get wrong without saying so. */
export const silentFailures: Readonly<Record<string, Case>> = {
  'loops run past 1,000 iterations': () => {
    close(list(torch.ones([3, 1500]).sum(1)), [1500, 1500, 1500]);
    close(
      list(
        torch
          .ones([1, 2500])
          .matmul(torch.ones([2500, 1]))
          .reshape([1]),
      ),
      [2500],
    );
    close(list(torch.ones([1300]).cumsum(0).narrow(0, 1298, 2)), [1299, 1300]);
  },
  'long sums keep their last digits': () => {
    close([torch.full([100_000], 0.1).sum().item() as number], [f(0.1) * 100_000], 4);
  },
  'long argmax finds the first of equals': () => {
    const x = torch.zeros([20_000]);
    x.narrow(0, 13_000, 1).fill_(5);
    x.narrow(0, 17_000, 1).fill_(5);
    close([Number(x.argmax().item())], [13_000]);
  },
  'infinities as literals, scalars and elements': () => {
    close(list(t([1, inf, -inf, nan]).isinf()), [0, 1, 1, 0]);
    close(list(torch.full([2], inf)), [inf, inf]);
    close(list(t([1]).add(-inf)), [-inf]);
    close(list(torch.zeros([2]).max(0).values.reshape([1])), [0]);
  },
  'NaN compares as nothing': () => {
    close(list(t([nan, 1]).eq(t([nan, 1]))), [0, 1]);
    close(list(t([nan, 1]).ne(t([nan, 1]))), [1, 0]);
    close(list(t([nan, 1]).lt(2)), [0, 1]);
    close(list(t([nan, 1]).isnan()), [1, 0]);
  },
  'NaN wins in max and min': () => {
    close(list(t([nan, 1, 2]).maximum(t([1, nan, 1]))), [nan, nan, 2]);
    close(list(t([nan, 1, 2]).minimum(t([1, nan, 1]))), [nan, nan, 1]);
    close([t([1, nan, 3]).max().item() as number], [nan]);
    close([Number(t([1, nan, 3]).argmax().item())], [1]);
    close(list(t([nan, -1]).relu()), [nan, 0]);
  },
  'NaN and the sign of zero as launch scalars': () => {
    const x = t([1]);
    close(list(x.mul(0)), [0]);
    close(list(x.mul(-0)), [-0]);
    close(list(x.mul(nan)), [nan]);
    close(list(x.mul(2)), [2]);
  },
  'the sign of zero survives': () => {
    close(list(t([-0, 0]).signbit()), [1, 0]);
    close(list(t([1, 1]).div(t([-0, 0]))), [-inf, inf]);
    close(list(t([-0, 0]).neg()), [0, -0]);
  },
  'powers of negatives': () => {
    close(list(t([-2, -2, -2]).pow(t([3, 2, 0.5]))), [-8, 4, nan], 1);
    close(list(t([0, -1]).pow(t([0, inf]))), [1, 1]);
  },
  'tanh and exp of large arguments': () => {
    close(list(t([100, -100, 20]).tanh()), [1, -1, 1]);
    close(list(t([100, -200]).exp()), [inf, 0]);
    close(list(t([200, -200]).sigmoid()), [1, 0]);
  },
  'log at its edges': () => {
    close(list(t([0, -1, inf, 1]).log()), [-inf, nan, inf, 0]);
    close(list(t([-1]).sqrt()), [nan]);
  },
  'expm1 and log1p near 0': () => {
    close(
      list(t([1e-6, 1e-4, -1e-5]).expm1()),
      [1e-6, 1e-4, -1e-5].map((x) => Math.expm1(f(x))),
      2,
    );
    close(
      list(t([1e-6, 1e-4, -1e-5]).log1p()),
      [1e-6, 1e-4, -1e-5].map((x) => Math.log1p(f(x))),
      2,
    );
  },
  'remainders of integers at 2^24': () => {
    close(list(ints([16_777_216, 16_777_213, -16_777_215]).remainder(7)), [1, 5, 0]);
    close(list(ints([16_777_215]).floorDivide(2)), [8_388_607]);
    close(list(ints([-7]).fmod(3)), [-1]);
    close(list(ints([16_777_216]).mul(5).fmod(7)), [5]);
  },
  'bits of negative integers': () => {
    close(list(ints([-1, -8, 6]).bitwiseAnd(5)), [5, 0, 4]);
    close(list(ints([-1, -8, 6]).bitwiseXor(-2)), [1, 6, -8]);
    close(list(ints([-8, 5]).bitwiseNot()), [7, -6]);
  },
  'halves round to even': () => {
    close(list(t([0.5, 1.5, 2.5, -0.5, -1.5]).round()), [0, 2, 2, -0, -2]);
  },
  'narrow integers wrap around': () => {
    close(
      list(torch.tensor([250, 3], { dtype: 'uint8' }).add(torch.tensor([10, 1], { dtype: 'uint8' }))),
      [4, 4],
    );
  },
  'integers beyond 2^24 are refused': () => {
    close(list(ints([16_777_216])), [16_777_216]);
    refuses('backend/unsupported', () => ints([16_777_217]));
    refuses('backend/unsupported', () => torch.tensor([2n ** 40n], { dtype: 'int64' }));
  },
  'the least and the largest integer, with which minima begin': () => {
    const least = torch.full([2], -(2n ** 63n) as never, { dtype: 'int64' });
    if (least.tolist().toString() !== '-9223372036854775808,-9223372036854775808')
      throw new Error(`${least.tolist()}`);
    close(list(least.maximum(torch.tensor([3n, -4n], { dtype: 'int64' }))), [3, -4]);
  },
  'dtypes that textures lack are declined': () => {
    refuses('backend/dtype', () => torch.zeros([1], { dtype: 'float64' }));
    refuses('backend/dtype', () => torch.zeros([1], { dtype: 'float16' }));
  },
  'sizes beyond a texture are refused': (backend) => {
    refuses('backend/too-large', () => backend.alloc('float32', backend.manifest.maxElements + 1, {}));
  },
  'one kernel reads only so many textures': (backend) => {
    let sum: Expr = load(0, 'float32');
    for (let i = 1; i < 80; i++) sum = s.add(sum, load(i, 'float32'));
    const view = (): View => ({
      storage: { buffer: backend.alloc('float32', 1, {}) },
      offset: 0,
      dtype: 'float32',
    });
    const run = backend.kernels.map as Kernels['map'];
    const kernel = scalarKernel(sum, 'float32');
    refuses('backend/unsupported', () =>
      run(kernel, flatMapPlan(1, 81), view(), kernel.inputs.map(view), []),
    );
  },
};

/** What textures make hard: parts of buffers, aliases, gathering instead of scattering. */
export const kernels: Readonly<Record<string, Case>> = {
  'maps that wait come out as those that do not': (backend) => {
    const { flush } = backend as GpuBackend;
    for (let seed = 1; seed <= 25; seed++) {
      const alone = show(program(seed, flush));
      // Steps are put together when they are met again.
      for (let round = 0; round < 3; round++) {
        const together = show(program(seed));
        if (together !== alone) throw new Error(`program ${seed}: expected ${alone}, got ${together}`);
      }
    }
  },
  'narrow integers wrap around before anything else is made of them': () => {
    const bytes = (values: readonly number[]): torch.Tensor => torch.tensor(values, { dtype: 'uint8' });
    const x = bytes([200, 100]);
    const zeros = torch.tensor([0n, 0n]);
    // Of what is stored: 44, 300, would be 6.
    close(list(x.sum(0, { dtype: 'uint8' }).fmod(7)), [2]);
    close(list(x.prod(0, { dtype: 'uint8' }).fmod(7)), [4]);
    close(list(x.cumsum(0, { dtype: 'uint8' }).fmod(7)), [4, 2]);
    close(list(x.cumprod(0, { dtype: 'uint8' }).fmod(7)), [4, 4]);
    close(list(x.scatterAdd(0, zeros, bytes([2, 255])).fmod(7)), [5, 2]);
    close(list(x.indexAdd(0, zeros, bytes([2, 255])).fmod(7)), [5, 2]);
  },
  'parts of buffers are written and the rest stays': () => {
    const x = torch.zeros([4, 5]);
    x.narrow(0, 1, 2).narrow(1, 1, 3).fill_(1);
    x.select(1, 4).add_(2);
    close(list(x.reshape([20])), [0, 0, 0, 0, 2, 0, 1, 1, 1, 2, 0, 1, 1, 1, 2, 0, 0, 0, 0, 2]);
  },
  'many parts are written one after another': () => {
    close(list(torch.cat([t([1, 2]), t([3, 4, 5]), t([6]), t([7, 8])])), [1, 2, 3, 4, 5, 6, 7, 8]);
    const x = torch.zeros([6]);
    for (let i = 0; i < 6; i++) x.narrow(0, i, 1).fill_(i + 1);
    close(list(x), [1, 2, 3, 4, 5, 6]);
  },
  'nothing at all': () => {
    close(list(torch.zeros([0])), []);
    close(
      list(
        torch
          .zeros([2, 0])
          .matmul(torch.zeros([0, 2]))
          .reshape([4]),
      ),
      [0, 0, 0, 0],
    );
    close([torch.zeros([0]).sum().item() as number], [0]);
    close(list(torch.cat([torch.zeros([0]), t([1])])), [1]);
  },
  'in-place changes of transposed views': () => {
    const x = torch.arange(6).reshape([2, 3]).to('float32');
    x.transpose(0, 1).mul_(
      t([
        [1, 10],
        [1, 10],
        [1, 10],
      ]),
    );
    close(list(x.reshape([6])), [0, 1, 2, 30, 40, 50]);
  },
  'views whose strides do not nest': () => {
    const x = torch.zeros([9]);
    x.asStrided([2, 3], [3, 2]).copy_(
      t([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
    close(list(x), [1, 0, 2, 4, 3, 5, 0, 6, 0]);
  },
  'an operand that is its own output': () => {
    const x = t([1, 2, 3]);
    x.mul_(x);
    close(list(x), [1, 4, 9]);
  },
  'reductions over several dimensions of views': () => {
    const x = torch.arange(24).reshape([2, 3, 4]).to('float32');
    close(list(x.permute([2, 0, 1]).sum([0, 2])), [66, 210]);
    close(list(x.amax([0, 2])), [15, 19, 23]);
    close(list(x.prod(2).reshape([6])), [0, 840, 7920, 32_760, 93_024, 212_520]);
  },
  'products of matrices in batches and with transposes': () => {
    const a = torch.arange(12).reshape([2, 2, 3]).to('float32');
    close(list(a.matmul(a.transpose(1, 2)).reshape([8])), [5, 14, 14, 50, 149, 212, 212, 302]);
  },
  'large products of any strides, in batches, into parts of buffers': () => {
    const whole = (shape: readonly number[]): torch.Tensor =>
      torch
        .arange(shape.reduce((size, n) => size * n, 1))
        .remainder(7)
        .sub(3)
        .to('float32')
        .reshape(shape);
    const check = (a: torch.Tensor, b: torch.Tensor, got: torch.Tensor): void => {
      const wanted = a.unsqueeze(-1).mul(b.unsqueeze(-3)).sum(-2);
      close(list(got.reshape([-1])), list(wanted.reshape([-1])) as number[]);
    };
    const a = whole([37, 41]);
    const b = whole([41, 43]);
    check(a, b, a.matmul(b));
    check(a, b, a.t().contiguous().t().matmul(b.t().contiguous().t()));
    const even = whole([40, 44]);
    check(even, whole([44, 48]), even.matmul(whole([44, 48])));
    const many = whole([3, 37, 41]);
    check(many, b, many.matmul(b));
    check(many, whole([3, 41, 43]), many.matmul(whole([3, 41, 43])));
    const bias = whole([43]);
    close(
      list(torch.addmm(bias, a, b).sub(a.matmul(b)).sum(0)),
      (list(bias.mul(37)) as number[]).map(Number),
    );
    const row = whole([1, 400]);
    check(row, whole([400, 100]), row.matmul(whole([400, 100])));
    close(list(a.mul(Number.NaN).matmul(b).isnan().all().reshape([1])), [1]);
  },
  'gather and scatter, and the gradient of an index': () => {
    const x = torch.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const index = torch.tensor(
      [
        [1, 1],
        [0, 1],
      ],
      { dtype: 'int64' },
    );
    const y = x.gather(1, index);
    close(list(y.reshape([4])), [2, 2, 3, 4]);
    y.sum().backward();
    close(list(x.grad!.reshape([4])), [0, 2, 1, 1]);
  },
  'running sums, and sorting with NaN last and equals in order': () => {
    close(list(t([1, 2, 3, 4]).cumsum(0)), [1, 3, 6, 10]);
    const { values, indices } = t([3, nan, 1, 3, 2]).sort();
    close(list(values), [1, 2, 3, 3, nan]);
    close(list(indices), [2, 4, 0, 3, 1]);
  },
};
