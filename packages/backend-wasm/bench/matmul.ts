// GFLOP/s of matrix products beside the multiply-add peak of the same process.
//   node bench/matmul.ts [--rounds N]
import { parseArgs } from 'node:util';
import { detectFeatures } from '../src/features.ts';
import { Matmul } from '../src/kernels/matmul/matmul.ts';
import { interleave, peakFlops, peakKernel } from './peak.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, plain: { type: 'boolean' } } });
const rounds = Number(values.rounds ?? 15);
const target = { shared: false, relaxed: detectFeatures().relaxed && values.plain !== true };
const memory = new WebAssembly.Memory({ initial: 1024 });
const f32s = new Float32Array(memory.buffer);
for (let i = 0; i < f32s.length; i++) f32s[i] = ((i * 2654435761) >>> 0) / 2 ** 32 - 0.5;
const matmul = new Matmul(memory, target, 'f32');
const [A, B, C, scratch] = [0, 12 << 20, 24 << 20, 40 << 20];

type Shape = readonly [label: string, batch: number, m: number, n: number, depth: number, flags?: string];
const shapes: readonly Shape[] = [
  ['512 NN', 1, 512, 512, 512],
  ['512 NT', 1, 512, 512, 512, 'nt'],
  ['512 TN', 1, 512, 512, 512, 'tn'],
  ['512 TT', 1, 512, 512, 512, 'tt'],
  ['511', 1, 511, 511, 511],
  ['513', 1, 513, 513, 513],
  ['256', 1, 256, 256, 256],
  ['128', 1, 128, 128, 128],
  ['64', 1, 64, 64, 64],
  ['32', 1, 32, 32, 32],
  ['16', 1, 16, 16, 16],
  ['1024', 1, 1024, 1024, 1024],
  ['64x784·784x10', 1, 64, 10, 784],
  ['64x784·784x128', 1, 64, 128, 784],
  ['64x784·(128x784)T', 1, 64, 128, 784, 'nt'],
  ['(64x784)T·64x128', 1, 784, 128, 64, 'tn'],
  ['8x128x64x128', 8, 128, 128, 64],
  ['1000x1000·vector', 1, 1000, 1, 1000],
  ['vector·1000x1000', 1, 1, 1000, 1000],
];

const peak = peakKernel(target);
const peakCount = 1 << 18;
const tasks = shapes.map(([, batch, m, n, depth, flags = 'nn']) => {
  const [ta, tb] = [flags[0] === 't', flags[1] === 't'];
  const view = (pointer: number, rows: number, columns: number, turned: boolean) => ({
    pointer,
    rowStride: turned ? 1 : columns,
    columnStride: turned ? rows : 1,
  });
  const repeats = Math.max(1, Math.round(2e7 / (batch * m * n * depth)));
  const run = (): void => {
    for (let r = 0; r < repeats; r++) {
      for (let i = 0; i < batch; i++) {
        matmul.run({
          m,
          n,
          depth,
          a: view(A + i * m * depth * 4, m, depth, ta),
          b: view(B + i * n * depth * 4, depth, n, tb),
          c: view(C + i * m * n * 4, m, n, false),
          scratch,
        });
      }
    }
  };
  return { run, flops: 2 * repeats * batch * m * n * depth, calls: repeats };
});
for (let i = 0; i < 30; i++) for (const { run } of tasks.slice(6)) run();
const times = interleave([() => peak(peakCount), ...tasks.map(({ run }) => run)], rounds);
const top = peakFlops(peakCount) / (times[0] ?? 1) / 1e6;
console.log(`peak (${target.relaxed ? 'relaxed' : 'plain'})`.padEnd(22), top.toFixed(1), 'GFLOP/s');
shapes.forEach(([label], i) => {
  const time = times[i + 1] ?? Number.NaN;
  const { flops, calls } = tasks[i] ?? { flops: 0, calls: 1 };
  const rate = flops / time / 1e6;
  const micros = ((time * 1000) / calls).toFixed(2);
  console.log(
    label.padEnd(22),
    rate.toFixed(1).padStart(6),
    `${((100 * rate) / top).toFixed(0)}%`,
    `${micros} µs`,
  );
});
