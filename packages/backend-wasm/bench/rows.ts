// Milliseconds for softmax and layer_norm over rows of float32.
import { instantiate, Module } from '../src/asm/index.ts';
import { detectFeatures } from '../src/features.ts';
import {
  defineRowProgram,
  layerNorm,
  layerNormGradient,
  logSoftmax,
  softmax,
  softmaxGradient,
} from '../src/kernels/reduce/index.ts';
import { interleave } from './peak.ts';

const target = { shared: false, relaxed: detectFeatures().relaxed };
const memory = new WebAssembly.Memory({ initial: 512 });
const f32s = new Float32Array(memory.buffer);
for (let i = 0; i < f32s.length; i++) f32s[i] = Math.sin(i) * 3;
const programs = { softmax, logSoftmax, softmaxGradient, layerNorm, layerNormGradient };
const start = performance.now();
const module = new Module(target);
for (const [name, program] of Object.entries(programs)) defineRowProgram(module, name, program('f32'));
const run = instantiate<Record<keyof typeof programs, (...args: number[]) => void>>(module, memory);
console.log(`assembled and compiled in ${(performance.now() - start).toFixed(1)} ms`);
const [x, y, out, w, saves] = [0, 8 << 20, 16 << 20, 24 << 20, 28 << 20];
const tasks: [string, () => void][] = [
  ['softmax 1000x1000', () => run.softmax(out, 4000, 1000, 1000, x, 4000)],
  ['logSoftmax 1000x1000', () => run.logSoftmax(out, 4000, 1000, 1000, x, 4000)],
  ['softmax gradient 1000x1000', () => run.softmaxGradient(out, 4000, 1000, 1000, x, 4000, y, 4000)],
  [
    'layer_norm 512x1024',
    () => run.layerNorm(out, 4096, 512, 1024, x, 4096, w, 0, w, 0, saves, saves + 4096, 1 / 1024, 1e-5),
  ],
  [
    'layer_norm gradient 512x1024',
    () => run.layerNormGradient(out, 4096, 512, 1024, y, 4096, x, 4096, w, 0, 1 / 1024, 1e-5),
  ],
];
const times = interleave(
  tasks.map(([, task]) => task),
  21,
);
tasks.forEach(([label], i) => {
  console.log(label.padEnd(30), times[i]?.toFixed(3));
});
