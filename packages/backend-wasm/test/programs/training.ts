// A training loop that never yields and gives nothing back: prints, as JSON, how much memory it takes and whether what was
// held all the time is still right. Arguments: steps, budget in bytes.
import * as t from '@taimatsu/core';
import { createWasmBackend } from '../../src/index.ts';

const [steps, budget] = process.argv.slice(2).map(Number) as [number, number];
t.setDefaultDevice(createWasmBackend({ budget }));
t.manualSeed(0);

const parameters = [
  t.randn([64, 128]).mul(0.1).requiresGrad_(),
  t.zeros([128], { requiresGrad: true }),
  t.randn([128, 10]).mul(0.1).requiresGrad_(),
  t.zeros([10], { requiresGrad: true }),
] as const;
const batch = t.randn([256, 64]);
const labels = t.randint(0, 10, [256]);

function step(): t.Tensor {
  const [w1, c1, w2, c2] = parameters;
  const hidden = t.addmm(c1, batch, w1).relu();
  const loss = t.functional.crossEntropy(t.addmm(c2, hidden, w2), labels);
  for (const parameter of parameters) parameter.grad = null;
  loss.backward();
  t.noGrad(() => {
    for (const parameter of parameters) parameter.sub_(parameter.grad!.mul(0.05));
  });
  return loss;
}

const used = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** Values made along the way, each with what it has to be in the end. */
const held: [tensor: t.Tensor, value: number][] = [];
const losses: t.Tensor[] = [];
let peak = 0;
let early = 0;
const start = performance.now();
for (let i = 0; i < steps; i++) {
  losses.push(step().detach());
  if (i % Math.ceil(steps / 50) === 0) {
    held.push([t.full([20_000], i), i], [t.full([3], i), i]);
    peak = Math.max(peak, used());
    if (i <= steps / 5) early = peak;
  }
}
const milliseconds = (performance.now() - start) / steps;
const right = held.every(([tensor, value]) => tensor.eq(value).all().item());
const [first, last] = [losses[0]!.item() as number, losses.at(-1)!.item() as number];
const rss = process.memoryUsage().rss;
console.log(JSON.stringify({ early, peak, rss, right, first, last, milliseconds, losses: losses.length }));
