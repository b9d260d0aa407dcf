// Median and best times and mean processor time through core, as a user calls it: `node --conditions=@taimatsu/source bench/core.ts [NAME]`.
import * as t from '@taimatsu/core';
import { createWasmBackend } from '../src/index.ts';

const wasm = createWasmBackend();
t.setDefaultDevice(wasm);

/** Milliseconds of processor time that this thread has had: what counts on a machine that others use, too. */
function processor(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Median and best milliseconds of a call, and the mean of its processor time. */
function measure(
  fn: () => void,
  calls: number,
  seconds = 1,
): readonly [median: number, best: number, cpu: number] {
  const before = processor();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < end || i < 5; i++) {
    const start = performance.now();
    for (let c = 0; c < calls; c++) fn();
    times.push((performance.now() - start) / calls);
  }
  times.sort((a, b) => a - b);
  const cpu = (processor() - before) / (times.length * calls);
  return [times[times.length >> 1]!, times[0]!, cpu];
}

/** Waits for the collector's callbacks between tasks, as programs that read their results with `await` do. */
const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

async function report(name: string, calls: number, fn: () => void, flops = 0): Promise<void> {
  if (!name.includes(process.argv[2] ?? '')) return;
  await turn();
  const [median, best, cpu] = measure(fn, calls);
  const time = (ms: number): string => (ms < 0.1 ? `${(ms * 1000).toFixed(3)} µs` : `${ms.toFixed(3)} ms`);
  const rate = flops > 0 ? `${(flops / cpu / 1e6).toFixed(1)} GFLOP/s` : '';
  console.log(
    name.padEnd(40),
    time(median).padStart(12),
    time(best).padStart(12),
    time(cpu).padStart(12),
    rate.padStart(16),
  );
}

const random = (...shape: number[]): t.Tensor => t.randn(shape);

const [a2, b2] = [random(2, 2), random(2, 2)];
await report('add 2x2', 10000, () => a2.add(b2));
const [a1000, b1000] = [random(1000), random(1000)];
await report('add 1000', 3000, () => a1000.add(b1000));
const x22 = t.ones([2, 2], { requiresGrad: true });
await report('notebook forward and backward', 1000, () => {
  x22.grad = null;
  const y = x22.add(2);
  y.mul(y).mul(3).mean().backward();
});
const million = random(1000000);
await report('exp 1e6', 1, () => million.exp());
await report('add 1e6', 1, () => million.add(million));
const tenMillion = t.ones([10000000]);
await report('sum 1e7', 1, () => tenMillion.sum());
const m = random(512, 512);
const n = random(512, 512);
await report('matmul 512', 1, () => m.mm(n), 2 * 512 ** 3);
await report('matmul 512 aT', 1, () => m.t().mm(n), 2 * 512 ** 3);
await report('matmul 512 bT', 1, () => m.mm(n.t()), 2 * 512 ** 3);
await report('matmul 512 aT bT', 1, () => m.t().mm(n.t()), 2 * 512 ** 3);
const [small, thin] = [random(64, 784), random(784, 10)];
await report('matmul 64x784 784x10', 10, () => small.mm(thin), 2 * 64 * 784 * 10);
const [p, q] = [random(8, 128, 64), random(8, 64, 128)];
await report('bmm 8x128x64x128', 1, () => p.bmm(q), 2 * 8 * 128 * 64 * 128);
const square = random(1000, 1000);
await report('softmax 1000x1000', 1, () => square.softmax(-1));
await report('log_softmax 1000x1000', 1, () => square.logSoftmax(-1));
const wide = random(512, 1024);
const [weight, bias] = [random(1024), random(1024)];
await report('layer_norm 512x1024', 1, () => t.functional.layerNorm(wide, [1024], weight, bias));
await report('sum columns 1000x1000', 1, () => square.sum(0));
await report('row broadcast 1000x1000', 1, () => square.add(square.select(0, 0)));
await report('transposed copy 1000x1000', 1, () => square.t().contiguous());
const image = random(8, 64, 56, 56);
const filter = random(64, 64, 3, 3);
const flops = 2 * 8 * 64 * 64 * 9 * 56 * 56;
await report(
  'conv2d 8x64x56x56',
  1,
  () => t.functional.conv2d(image, filter, undefined, { padding: 1 }),
  flops,
);

const w1 = t.randn([784, 128]).mul(0.05).requiresGrad_();
const c1 = t.zeros([128], { requiresGrad: true });
const w2 = t.randn([128, 10]).mul(0.05).requiresGrad_();
const c2 = t.zeros([10], { requiresGrad: true });
const parameters = [w1, c1, w2, c2];
const batch = random(64, 784);
const labels = t.randint(0, 10, [64]);
export function step(): t.Tensor {
  const hidden = t.addmm(c1, batch, w1).relu();
  const loss = t.functional.crossEntropy(t.addmm(c2, hidden, w2), labels);
  for (const parameter of parameters) parameter.grad = null;
  loss.backward();
  t.noGrad(() => {
    for (const parameter of parameters) parameter.sub_(parameter.grad!.mul(0.01));
  });
  return loss;
}
await report('MLP 784-128-10 step, SGD', 5, step);
const before = wasm.counters.launches;
step();
console.log('launches in a step:', wasm.counters.launches - before);
