import type { Case, Group } from './case.ts';
import { ahead, type Goal, launchesOf, ofPeak, ofRate, speedup, timesOf, under } from './goal.ts';
import { peakFlops } from './peak.ts';
import type { ConvWork, MatmulWork, Work } from './work.ts';

/** In a browser, no row may be slower than what the peers on the same interface do one operation at a time. */
const onWebGpu: readonly Goal[] = [
  timesOf('tfjs-webgpu', 'TF.js', 1, 'webgpu'),
  timesOf('jax-webgpu', 'jax-js', 1, 'webgpu'),
];

/** Products on the two graphics backends. */
const onDevices: readonly Goal[] = [ahead(1, 'webgpu'), timesOf('tfjs-webgl', 'TF.js', 1.5, 'gpu')];

const twoThreads = speedup('wasm', 1.7, 'wasm-2');
const fewLaunches = launchesOf('tfjs-webgpu', 'TF.js', 'webgpu');

const plain = (id: string, group: Group, what: string, work: Work, ...goals: readonly Goal[]): Case => ({
  id,
  group,
  what,
  work,
  goals: [...goals, ...onWebGpu],
});

function matmul(id: string, what: string, shape: Partial<MatmulWork>, ...goals: readonly Goal[]): Case {
  const work: MatmulWork = { op: 'matmul', batch: 1, m: 512, k: 512, n: 512, ta: false, tb: false, ...shape };
  const flops = 2 * work.batch * work.m * work.k * work.n;
  return { ...plain(id, 'matmul', what, work, ...goals), flops };
}

const square = (n: number): Partial<MatmulWork> => ({ m: n, k: n, n });

function conv(pass: ConvWork['pass'], what: string, part: number): Case {
  const work: ConvWork = { op: 'conv', pass, batch: 8, channels: 64, size: 56 };
  const flops = 2 * work.batch * work.channels ** 2 * 9 * work.size ** 2;
  const goal = ofRate('mm-512-nn', part, 'matmul');
  return {
    ...plain(`conv-${pass}`, 'conv', `conv2d 8×64×56×56, 3×3, ${what}`, work, goal, twoThreads),
    flops,
  };
}

/** Everything that is measured, small to large. */
export const cases: readonly Case[] = [
  plain('add-2x2', 'small', '2×2 add', { op: 'add', elements: 4 }, under(0.5, '0.5 µs')),
  plain('add-2x2-grad', 'small', '2×2 add, recorded', { op: 'add', elements: 4, recorded: true }),
  plain('notebook', 'small', 'notebook, forward and backward', { op: 'notebook' }, under(5, '5 µs')),
  plain('add-1e3', 'small', 'add, 1,000', { op: 'add', elements: 1000 }, under(3, '3 µs')),
  {
    ...plain('eager-64', 'small', 'one of 200 operations, 64 elements', {
      op: 'chain',
      elements: 64,
      length: 200,
    }),
    per: 200,
  },
  plain('add-1e6', 'elementwise', 'add, 1,000,000', { op: 'add', elements: 1e6 }),
  plain('exp-1e6', 'elementwise', 'exp, 1,000,000', { op: 'exp', elements: 1e6 }, under(1500, '1.5 ms')),
  plain(
    'chain-1e6',
    'elementwise',
    '20 operations, 1,000,000',
    { op: 'chain', elements: 1e6, length: 20 },
    timesOf('tfjs-webgl', 'TF.js', 1, 'gpu'),
  ),
  plain(
    'sum-1e7',
    'elementwise',
    'sum, 10,000,000',
    { op: 'sum', elements: 1e7 },
    timesOf('pytorch', 'PyTorch', 1.5),
  ),
  { ...plain('peak', 'matmul', 'multiply-add peak, 128 bits', { op: 'peak' }), flops: peakFlops },
  matmul('mm-256', 'matmul 256', square(256), ...onDevices),
  matmul('mm-512-nn', 'matmul 512, A·B', {}, ofPeak(0.8), ...onDevices),
  matmul('mm-512-nt', 'matmul 512, A·Bᵀ', { tb: true }, ofPeak(0.8)),
  matmul('mm-512-tn', 'matmul 512, Aᵀ·B', { ta: true }, ofPeak(0.8)),
  matmul('mm-512-tt', 'matmul 512, Aᵀ·Bᵀ', { ta: true, tb: true }, ofPeak(0.8)),
  matmul('mm-511', 'matmul 511', square(511), ofRate('mm-512-nn', 0.9, '512')),
  matmul('mm-513', 'matmul 513', square(513), ofRate('mm-512-nn', 0.9, '512')),
  matmul('mm-1024', 'matmul 1024', square(1024), twoThreads, ...onDevices),
  matmul('mm-skinny', '[64×784]·[784×10]', { m: 64, k: 784, n: 10 }, ahead(2)),
  matmul('mm-batched', '8×[128×64]·[64×128]', { batch: 8, m: 128, k: 64, n: 128 }, ahead(2)),
  plain(
    'softmax',
    'rows',
    'softmax 1000×1000',
    { op: 'softmax', rows: 1000, columns: 1000 },
    timesOf('pytorch', 'PyTorch', 2),
  ),
  plain(
    'layer-norm',
    'rows',
    'layer_norm 512×1024',
    { op: 'layerNorm', rows: 512, columns: 1024 },
    timesOf('pytorch', 'PyTorch', 2),
  ),
  conv('forward', 'forward', 0.6),
  conv('input', 'gradient of the input', 0.5),
  conv('weight', 'gradient of the weight', 0.5),
  plain(
    'mlp-sgd',
    'training',
    'MLP 784-128-10, batch 64, SGD',
    { op: 'mlp', batch: 64, optimizer: 'sgd' },
    under(1000, '1.0 ms'),
    fewLaunches,
  ),
  plain(
    'mlp-adam',
    'training',
    'MLP 784-128-10, batch 64, Adam',
    { op: 'mlp', batch: 64, optimizer: 'adam' },
    under(1200, '1.2 ms'),
    fewLaunches,
  ),
  plain(
    'cnn-adam',
    'training',
    'CNN 32-64, batch 32, Adam',
    { op: 'cnn', batch: 32, optimizer: 'adam' },
    fewLaunches,
    timesOf('pytorch', 'PyTorch', 2),
  ),
];

/** The cases named: ids, parts of ids, or groups, with commas between; all of them without. @throws Error */
export function chooseCases(names: string | undefined): readonly Case[] {
  if (names === undefined) return cases;
  const wanted = names.split(',').map((name) => {
    const exact = cases.filter(({ id, group }) => id === name || group === name);
    const found = exact.length > 0 ? exact : cases.filter(({ id }) => id.includes(name));
    if (found.length > 0) return found;
    throw new Error(`no case ${name}; there are ${cases.map(({ id }) => id).join(', ')}`);
  });
  const all = new Set(wanted.flat());
  return cases.filter((one) => all.has(one));
}
