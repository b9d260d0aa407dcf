import {
  collapse,
  load,
  planAlongAxis,
  planMap,
  planReduce,
  reduceKernel,
  s,
  scalarKernel,
} from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { type Compile, compilerIfAllowed } from '../src/codegen/code.ts';
import { makeKernels } from '../src/kernels/index.ts';
import { CpuBuffer } from '../src/memory.ts';

const view = (data: Float32Array | BigInt64Array, dtype: 'float32' | 'int64') => ({
  storage: { buffer: new CpuBuffer(dtype, data, 0, data.length) },
  offset: 0,
  dtype,
});

test('ten thousand shapes compile no more than the first few', () => {
  let compiled = 0;
  const real = compilerIfAllowed()!;
  const counting: Compile = (...args) => {
    compiled++;
    return real(...args);
  };
  const kernels = makeKernels(counting);
  const run = kernels as {
    readonly [K in keyof typeof kernels]: Exclude<(typeof kernels)[K], { declined: string }>;
  };
  const a = view(new Float32Array(4000).fill(0.5), 'float32');
  const out = view(new Float32Array(4000), 'float32');
  const index = view(new BigInt64Array(4000), 'int64');
  const add = scalarKernel(s.add(load(0, 'float32'), load(1, 'float32')), 'float32');
  const sum = reduceKernel('sum', load(0, 'float32'), 'float32');
  const use = (x: number, y: number, z: number): void => {
    const shape = [x, y, z];
    const strides = [y * z, z, 1];
    run.map(add, planMap(shape, [strides, strides, [1, x, x * y]]), out, [a, a], []);
    run.map(add, planMap(shape, [strides, strides, strides]), out, [a, a], []);
    run.reduce(sum, planReduce(shape, [1], [z, 1], [strides], false), out, [a], []);
    run.reduce(sum, planReduce(shape, [2], [y, 1], [strides], false), out, [a], []);
    run.scan('sum', planAlongAxis(shape, 1, [strides, strides]), out, a);
    run.sort(planAlongAxis(shape, 1, [strides, strides, strides]), false, out, index, a);
    const batch = collapse([], [[], [], []]);
    run.matmul(
      {
        batch,
        m: x,
        n: y,
        k: z,
        strides: [
          [y, 1],
          [z, 1],
          [1, z],
        ],
      },
      out,
      a,
      a,
      undefined,
    );
  };
  for (let i = 1; i <= 15; i++) use(i, 16 - i, 15);
  const first = compiled;
  for (let i = 0; i < 10_000; i++) use(1 + (i % 13), 1 + (i % 11), 1 + (i % 17));
  expect(compiled).toBe(first);
  expect(first).toBeLessThan(20);
});
