import { lay, room, rowMajor } from '@taimatsu/conformance/kernels';
import {
  collapse,
  type Kernels,
  load,
  planAlongAxis,
  planMap,
  planReduce,
  reduceKernel,
  s,
  scalarKernel,
} from '@taimatsu/core/backend';
import { expect, test, vi } from 'vitest';
import { createWasmBackend } from '../src/index.ts';

const backend = createWasmBackend({ poison: true });

test('ten thousand shapes compile no more than the first few', () => {
  const compiled = vi.spyOn(WebAssembly, 'Module');
  const run = backend.kernels as Kernels;
  const a = lay(backend, 'float32', [4000], rowMajor, () => 0.5);
  const out = room(backend, 'float32', [4000]);
  const index = room(backend, 'int64', [4000]);
  const add = scalarKernel(s.add(load(0, 'float32'), load(1, 'float32')), 'float32');
  const sum = reduceKernel('sum', load(0, 'float32'), 'float32');
  const use = (x: number, y: number, z: number): void => {
    const shape = [x, y, z];
    const strides = [y * z, z, 1];
    const product = {
      batch: collapse([], [[], [], []]),
      m: x,
      n: y,
      k: z,
      strides: [
        [y, 1],
        [z, 1],
        [1, z],
      ],
    };
    run.map(add, planMap(shape, [strides, strides, [1, x, x * y]]), out, [a, a], []);
    run.map(add, planMap(shape, [strides, strides, strides]), out, [a, a], []);
    run.reduce(sum, planReduce(shape, [1], [z, 1], [strides], false), out, [a], []);
    run.reduce(sum, planReduce(shape, [2], [y, 1], [strides], false), out, [a], []);
    run.scan('sum', planAlongAxis(shape, 1, [strides, strides]), out, a);
    run.sort(planAlongAxis(shape, 1, [strides, strides, strides]), false, out, index, a);
    run.matmul(product, out, a, a, undefined);
  };
  // The first rounds meet every class of layouts and of sizes.
  for (const [x, y, z] of [
    [2, 3, 4],
    [2, 2, 2],
    [3, 1, 20],
    [1, 9, 9],
    [17, 1, 9],
    [9, 9, 9],
    [1, 1, 30],
    [4, 20, 1],
    [1, 20, 1],
    [20, 1, 1],
    [17, 18, 12],
  ] as const) {
    use(x, y, z);
  }
  const first = compiled.mock.calls.length;
  for (let i = 0; i < 2500; i++) use(1 + (i % 17), 1 + (i % 19), 1 + (i % 12));
  expect(compiled.mock.calls.length - first).toBe(0);
  compiled.mockRestore();
});
