// A training loop that never yields: with all memory left to the backend, and with tidy() around each step. Medians of
// interleaved rounds, wall clock and processor time. Arguments: batch size, width, budget in MB.
import * as t from '@taimatsu/core';
import { createWasmBackend } from '../src/index.ts';

const [size = 64, width = 128, budget = 1024] = process.argv.slice(2).map(Number);
t.setDefaultDevice(createWasmBackend({ budget: budget * 2 ** 20 }));
const parameters = [
  t.randn([784, width]).mul(0.05).requiresGrad_(),
  t.zeros([width], { requiresGrad: true }),
  t.randn([width, 10]).mul(0.05).requiresGrad_(),
  t.zeros([10], { requiresGrad: true }),
] as const;
const batch = t.randn([size, 784]);
const labels = t.randint(0, 10, [size]);

function step(): void {
  const [w1, c1, w2, c2] = parameters;
  const hidden = t.addmm(c1, batch, w1).relu();
  const loss = t.functional.crossEntropy(t.addmm(c2, hidden, w2), labels);
  for (const parameter of parameters) parameter.grad = null;
  loss.backward();
  t.noGrad(() => {
    for (const parameter of parameters) parameter.sub_(parameter.grad!.mul(0.01));
  });
  for (const parameter of parameters) parameter.grad = null;
}

const kinds: readonly [name: string, run: () => void][] = [
  ['automatic', step],
  ['tidy', () => t.tidy(step)],
];
const times = kinds.map(() => ({ wall: [] as number[], processor: [] as number[] }));
for (let round = 0; round < 40; round++) {
  kinds.forEach(([, run], i) => {
    const start = performance.now();
    const before = process.cpuUsage();
    for (let k = 0; k < 25; k++) run();
    const { user, system } = process.cpuUsage(before);
    if (round < 5) return;
    times[i]!.wall.push((performance.now() - start) / 25);
    times[i]!.processor.push((user + system) / 25000);
  });
}
const median = (list: number[]): string => list.sort((a, b) => a - b)[list.length >> 1]!.toFixed(3);
kinds.forEach(([name], i) => {
  const { wall, processor } = times[i]!;
  console.log(
    name.padEnd(12),
    `${median(wall)} ms`,
    `${median(processor)} ms of processor, best ${wall[0]!.toFixed(3)} ms`,
  );
});
