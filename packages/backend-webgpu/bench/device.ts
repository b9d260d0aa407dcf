// Kernels on a device in Node: time, kernels run, submissions and bytes, each the median of a few rounds.
// Usage: VK_ICD_FILENAMES=… node --conditions=@taimatsu/source bench/device.ts. Times on a software device say nothing of GPUs.
import { setDefaultDevice, tensor } from '@taimatsu/core';
import {
  collapse,
  flatMapPlan,
  type Kernels,
  load,
  planReduce,
  reduceKernel,
  s,
  scalarKernel,
  type View,
} from '@taimatsu/core/backend';
import { init } from '../src/index.ts';

const backend = await init();
const run = backend.kernels as Kernels;

function filled(length: number): View & { readonly length: number } {
  const buffer = backend.alloc('float32', length, {});
  const data = Float32Array.from({ length }, (_, i) => ((i * 2654435761) % 1000) / 997);
  backend.write(buffer, 0, data);
  return { storage: { buffer }, offset: 0, dtype: 'float32', length };
}

const finished = async (view: View): Promise<void> => {
  await backend.readAsync(view.storage.buffer, 0, 1);
};

async function measure(name: string, out: View, work: () => void, gigaflop?: number): Promise<void> {
  work();
  await finished(out);
  const times: number[] = [];
  const before = backend.stats();
  const rounds = 5;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    work();
    await finished(out);
    times.push(performance.now() - start);
  }
  const after = backend.stats();
  const median = times.sort((a, b) => a - b)[rounds >> 1]!;
  const per = (key: 'dispatches' | 'submits' | 'bytesWritten' | 'bytesRead'): number =>
    (after[key] - before[key]) / rounds;
  const speed = gigaflop === undefined ? '' : `${(gigaflop / (median / 1000)).toFixed(2)} GFLOP/s`;
  console.log(
    name.padEnd(34),
    `${median.toFixed(2)} ms`.padStart(11),
    `${per('dispatches')} kernels`.padStart(12),
    `${per('submits')} submits`.padStart(11),
    `${per('bytesWritten')} B to, ${per('bytesRead')} B from`.padStart(24),
    speed,
  );
}

console.log(backend.manifest.executor);

for (const n of [64, 256, 512, 1024]) {
  const [a, b, out] = [filled(n * n), filled(n * n), filled(n * n)];
  for (const [name, bStrides] of [
    ['a b', [n, 1]],
    ['a bᵀ', [1, n]],
  ] as const) {
    if (n === 1024 && name !== 'a b') continue;
    const plan = {
      batch: collapse([1], [[0], [0], [0]]),
      m: n,
      n,
      k: n,
      strides: [[n, 1], [n, 1], bStrides],
    };
    await measure(`matmul ${n}, ${name}`, out, () => run.matmul(plan, out, a, b, undefined), 2e-9 * n ** 3);
  }
}

const million = 2 ** 20;
const [x, y, z] = [filled(million), filled(million), filled(million)];
const add = scalarKernel(s.add(load(0, 'float32'), load(1, 'float32')), 'float32');
const exp = scalarKernel(s.exp(load(0, 'float32')), 'float32');
await measure('add, 2^20', z, () => run.map(add, flatMapPlan(million, 3), z, [x, y], []));
await measure('exp, 2^20', z, () => run.map(exp, flatMapPlan(million, 2), z, [x], []));
const total = filled(1);
const sum = reduceKernel('sum', load(0, 'float32'), 'float32');
const whole = planReduce([million], [0], [], [[1]], false);
await measure('sum, 2^20', total, () => run.reduce(sum, whole, total, [x], []));
const [p, q] = [filled(64), filled(64)];
await measure('chain of 1000 adds of 64', q, () => {
  for (let i = 0; i < 1000; i++) run.map(add, flatMapPlan(64, 3), q, [p, q], []);
});

setDefaultDevice(backend);
const weight = tensor([
  [0.1, 0.2],
  [0.3, 0.4],
]).requiresGrad_();
const input = tensor([[1, 2]]);
let loss = input.matmul(weight).relu().sum();
await measure('a step: forward and backward, 2 × 2', loss, () => {
  weight.grad = null;
  loss = input.matmul(weight).relu().sum();
  loss.backward();
});
