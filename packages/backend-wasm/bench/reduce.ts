// Sums of float32: milliseconds and gigabytes a second.
import { instantiate, Module } from '../src/asm/index.ts';
import { detectFeatures } from '../src/features.ts';
import { defineColumns, defineRows } from '../src/kernels/reduce/index.ts';
import { interleave } from './peak.ts';

const target = { shared: false, relaxed: detectFeatures().relaxed };
const memory = new WebAssembly.Memory({ initial: 800 });
new Float32Array(memory.buffer).fill(0.1);
const module = new Module(target);
defineRows(module, 'rows', { element: 'f32', combine: 'sum', inputs: 1 });
defineColumns(module, 'columns', { element: 'f32', combine: 'sum', inputs: 1 });
const { rows, columns } = instantiate<Record<'rows' | 'columns', (...args: number[]) => void>>(
  module,
  memory,
);
const out = 48_000_000;
const tasks: [string, number, () => void][] = [
  ['sum 1e7', 1e7, () => rows(out, 4, 1, 1e7, 0, 0)],
  ['sum 1e6', 1e6, () => rows(out, 4, 1, 1e6, 0, 0)],
  ['rows 1000x1000', 1e6, () => rows(out, 4, 1000, 1000, 0, 4000)],
  ['columns 1000x1000', 1e6, () => columns(out, 1000, 1000, 0, 4000)],
  ['columns 100000x10', 1e6, () => columns(out, 100000, 10, 0, 40)],
];
const times = interleave(
  tasks.map(([, , run]) => run),
  25,
);
tasks.forEach(([label, n], i) => {
  const time = times[i] ?? Number.NaN;
  console.log(label.padEnd(20), `${time.toFixed(3)} ms`, `${((4 * n) / time / 1e6).toFixed(1)} GB/s`);
});
rows(out, 4, 1, 1e7, 0, 0);
console.log(
  'relative error',
  (new Float32Array(memory.buffer, out, 1)[0] as number) / (1e7 * Math.fround(0.1)) - 1,
);
