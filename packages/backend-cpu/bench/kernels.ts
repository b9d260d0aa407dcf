// Medians of single kernels, called through the kernel table as core calls them. `node bench/kernels.ts NAME` runs
// those whose name contains NAME.
import {
  cast,
  collapse,
  type DType,
  flatMapPlan,
  type Kernels,
  load,
  type MatmulPlan,
  planAlongAxis,
  planIndexed,
  planMap,
  planReduce,
  reduceKernel,
  s,
  scalarKernel,
  type View,
} from '@taimatsu/core/backend';
import { createCpuBackend } from '../src/index.ts';

const backend = createCpuBackend();
const run = backend.kernels as Kernels;

function filled(
  dtype: DType,
  length: number,
  value: (i: number) => number = (i) => ((i * 2654435761) % 1000) / 997,
): View {
  const buffer = backend.alloc(dtype, length, {});
  const data = backend.read(buffer, 0, length);
  for (let i = 0; i < length; i++)
    data[i] = (dtype === 'int64' ? BigInt(Math.floor(value(i))) : value(i)) as never;
  backend.write(buffer, 0, data);
  return { storage: { buffer }, offset: 0, dtype };
}

/** The median milliseconds of one call out of `calls`, over at most `seconds`. */
function median(fn: () => void, calls = 1, seconds = 0.6): number {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < end || i < 5; i++) {
    const start = performance.now();
    for (let c = 0; c < calls; c++) fn();
    times.push((performance.now() - start) / calls);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1]!;
}

function report(name: string, fn: () => void, calls = 1, flops = 0): void {
  if (!name.includes(process.argv[2] ?? '')) return;
  const ms = median(fn, calls);
  const time = ms < 0.1 ? `${(ms * 1000).toFixed(3)} µs` : `${ms.toFixed(3)} ms`;
  console.log(
    name.padEnd(44),
    time.padStart(14),
    flops > 0 ? `${(flops / ms / 1e6).toFixed(2)} GFLOP/s`.padStart(18) : '',
  );
}

const f32 = 'float32';
const M = 1_000_000;
const add = scalarKernel(s.add(load(0, f32), load(1, f32)), f32);
const exp = scalarKernel(s.exp(load(0, f32)), f32);
const sum = reduceKernel('sum', load(0, f32), f32);
const max = reduceKernel('max', load(0, f32), f32);
const argmax = reduceKernel('argmax', load(0, f32), 'int64');

const tiny = [filled(f32, 4), filled(f32, 4), filled(f32, 4)] as const;
report('add 2x2', () => run.map(add, flatMapPlan(4, 3), tiny[0], [tiny[1], tiny[2]], []), 10_000);
report(
  'add 2x2 with alloc',
  () => {
    const out = { storage: { buffer: backend.alloc(f32, 4, tiny) }, offset: 0, dtype: f32 } as const;
    run.map(add, flatMapPlan(4, 3), out, [tiny[1], tiny[2]], []);
  },
  10_000,
);

const [x, y, out] = [filled(f32, M), filled(f32, M), filled(f32, M)];
report('add 1e6', () => run.map(add, flatMapPlan(M, 3), out, [x, y], []));
const rows = planMap(
  [1000, 1000],
  [
    [1000, 1],
    [1000, 1],
    [0, 1],
  ],
);
report('add 1000², a row to each', () => run.map(add, rows, out, [x, y], []));
const turned = planMap(
  [1000, 1000],
  [
    [1000, 1],
    [1000, 1],
    [1, 1000],
  ],
);
report('add 1000², one transposed', () => run.map(add, turned, out, [x, y], []));
report('exp 1e6', () => run.map(exp, flatMapPlan(M, 2), out, [x], []));
const half = filled('float16', M, (i) => i % 1000);
const addHalf = scalarKernel(s.add(load(0, 'float16'), load(0, 'float16')), 'float16');
report('add 1e6 float16', () => run.map(addHalf, flatMapPlan(M, 2), half, [half], []));
const long = filled('int64', M, (i) => i % 1000);
const longOut = filled('int64', M);
const addLong = scalarKernel(s.add(load(0, 'int64'), load(1, 'int64')), 'int64');
report('add 1e6 int64', () => run.map(addLong, flatMapPlan(M, 3), longOut, [long, long], []));

const big = filled(f32, 10 * M);
const one = filled(f32, 1);
report('sum 1e7', () => run.reduce(sum, planReduce([10 * M], [0], [], [[1]], false), one, [big], []));
report('max 1e7', () => run.reduce(max, planReduce([10 * M], [0], [], [[1]], false), one, [big], []));
const oneLong = filled('int64', 1);
report('argmax 1e7', () =>
  run.reduce(argmax, planReduce([10 * M], [0], [], [[1]], true), oneLong, [big], []),
);
report('sum 1000² over rows', () =>
  run.reduce(sum, planReduce([1000, 1000], [1], [1], [[1000, 1]], false), out, [x], []),
);
report('sum 1000² over columns', () =>
  run.reduce(sum, planReduce([1000, 1000], [0], [1], [[1000, 1]], false), out, [x], []),
);
const counted = reduceKernel('sum', cast(load(0, 'int64'), 'int64'), 'int64');
report('sum 1e6 int64', () =>
  run.reduce(counted, planReduce([M], [0], [], [[1]], false), oneLong, [long], []),
);
report('cumsum 1000² over rows', () =>
  run.scan(
    'sum',
    planAlongAxis([1000, 1000], 1, [
      [1000, 1],
      [1000, 1],
    ]),
    out,
    x,
  ),
);
const line = planAlongAxis([M], 0, [[1], [1], [1]]);
report('sort 1e6', () => run.sort(line, false, out, longOut, x));
const short = planAlongAxis([10_000, 100], 1, [
  [100, 1],
  [100, 1],
  [100, 1],
]);
report('sort 10000 lines of 100', () => run.sort(short, false, out, longOut, x));
const picked = planIndexed([M], 0, [[1], [1], [1]], 2, M, true);
report('gather 1e6', () => run.gather(picked, out, long, x));
const spread = planIndexed([M], 0, [[1], [1], [1]], 0, M, true);
report('scatter add 1e6', () => run.scatter('add', spread, out, long, x));

function matmul(
  name: string,
  m: number,
  n: number,
  k: number,
  ta = false,
  tb = false,
  calls = 1,
  dtype: DType = f32,
): void {
  const [c, a, b] = [filled(dtype, m * n), filled(dtype, m * k), filled(dtype, k * n)];
  const plan: MatmulPlan = {
    batch: collapse([], [[], [], []]),
    m,
    n,
    k,
    strides: [[n, 1], ta ? [1, m] : [k, 1], tb ? [1, k] : [n, 1]],
  };
  report(name, () => run.matmul(plan, c, a, b, undefined), calls, 2 * m * n * k);
}
matmul('matmul 512', 512, 512, 512);
matmul('matmul 512, a transposed', 512, 512, 512, true);
matmul('matmul 512, b transposed', 512, 512, 512, false, true);
matmul('matmul 512, both transposed', 512, 512, 512, true, true);
matmul('matmul 511', 511, 511, 511);
matmul('matmul 513', 513, 513, 513);
matmul('matmul 512 float64', 512, 512, 512, false, false, 1, 'float64');
matmul('matmul 256 int32', 256, 256, 256, false, false, 1, 'int32');
matmul('matmul [64x784]x[784x10]', 64, 10, 784, false, false, 10);
matmul('matmul [64x784]x[784x128]', 64, 128, 784);
matmul('matmul [784x64]x[64x128]', 784, 128, 64, true);
matmul('matmul 2x2', 2, 2, 2, false, false, 10_000);
matmul('matmul 16', 16, 16, 16, false, false, 1000);
matmul('matmul 32', 32, 32, 32, false, false, 100);
matmul('matmul [1000x1000]x[1000]', 1000, 1, 1000, false, false, 1);
matmul('matmul [1000]x[1000x1000]', 1, 1000, 1000, false, false, 1);
