import {
  load,
  param,
  position,
  reduceKernel,
  type ScalarKernel,
  type ScalarOp,
  s,
  scalarKernel,
  scalarOps,
} from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { convText } from '../src/codegen/conv.ts';
import { gatherText, scatterRunsText } from '../src/codegen/indexed.ts';
import { type LineMapsText, lineMapsText } from '../src/codegen/line-maps.ts';
import { stridedMapText } from '../src/codegen/map.ts';
import { matmulSumText } from '../src/codegen/matmul.ts';
import { directMatmulText } from '../src/codegen/matmul-direct.ts';
import { tiledMatmulText } from '../src/codegen/matmul-tiled.ts';
import type { Along } from '../src/codegen/operand-blocks.ts';
import { reduceText } from '../src/codegen/reduce.ts';
import { scanText } from '../src/codegen/scan.ts';
import { sortBlockText } from '../src/codegen/sort.ts';
import { classOf } from '../src/device/buffers.ts';
import { fromWords, toWords } from '../src/elements.ts';

/** Brackets are closed, and nothing that should have been text is missing. */
function wellFormed(code: string): void {
  for (const [open, close] of ['()', '{}', '[]']) {
    expect(code.split(open!).length, code).toBe(code.split(close!).length);
  }
  expect(code).not.toMatch(/undefined|NaN|Infinity\b(?!_)|\[object/);
}

/** One map over lines: the inputs are slots 0, 1, …, the output the one after. */
function lineText(kernel: ScalarKernel): LineMapsText {
  const out = kernel.inputs.length;
  const slots = [...kernel.inputs, kernel.output].map((dtype) => ({ dtype, repeated: false }));
  return lineMapsText([{ kernel, inputs: kernel.inputs.map((_, i) => i), out }], slots, new Set([out]));
}

const floatOps = (Object.keys(scalarOps) as ScalarOp[]).filter(
  (op) => scalarOps[op].domain !== 'int' && op !== 'where',
);

test('every scalar operation has a text', () => {
  for (const op of floatOps) {
    const operands = [load(0, 'float32'), load(1, 'float32')].slice(0, scalarOps[op].arity);
    const value = s[op](...operands);
    const kernel = scalarKernel(value, value.dtype);
    wellFormed(stridedMapText(kernel, 0, 2).code);
    wellFormed(lineText(kernel).code);
  }
});

test('a kernel has the numbers of its shapes and scalars nowhere in its text', () => {
  const kernel = scalarKernel(
    s.add(s.mul(load(0, 'float32'), param(0, 'float32')), load(1, 'float32')),
    'float32',
  );
  const { code, bindings, reads, bound } = stridedMapText(kernel, 0b10, 3);
  expect(code).toContain('fn value(i: i32, x0: f32, x1: f32) -> f32');
  expect(bindings.map(({ name }) => name)).toEqual(['out', 'in0']);
  expect(reads).toEqual([0, 1]);
  expect(bound).toEqual([0]);
});

test('inputs that are not read are not bound', () => {
  const kernel = scalarKernel(s.cast(s.add(position('int64'), load(2, 'int64')), 'float32'), 'float32');
  expect(lineText(kernel).bound).toEqual([3, 2]);
});

test('texts of the other kinds', () => {
  const sum = reduceKernel('sum', load(0, 'float32'), 'float32');
  const arg = reduceKernel('argmax', load(0, 'int32'), 'int64');
  for (const kernel of [sum, arg]) {
    for (const as of ['each', 'group', 'part', 'rest'] as const)
      for (const subgroups of [true, false]) {
        for (const wide of kernel === sum && as !== 'rest' ? [true, false] : [false]) {
          const layout = { as, outerRank: 2, innerRank: 1, subgroups, wide };
          for (const alone of [true, false]) wellFormed(reduceText(kernel, { ...layout, alone })!.code);
        }
      }
  }
  const alongs: readonly Along[] = ['steps', 'lines', 'any'];
  for (const a of alongs) {
    for (const b of alongs) {
      const kind = { input: 'float32', output: 'float32', batchRank: 1, a, b, epilogue: undefined } as const;
      for (const split of [false, true]) {
        wellFormed(
          directMatmulText({ ...kind, split, tiling: { kind: 'direct', rows: 8, columns: 4 } }).code,
        );
        wellFormed(
          tiledMatmulText({ ...kind, split, tiling: { kind: 'tiled', rows: 64, columns: 32 } }).code,
        );
        wellFormed(matmulSumText({ ...kind, split, tiling: { kind: 'direct', rows: 4, columns: 4 } }).code);
      }
    }
  }
  for (const mode of ['forward', 'input', 'weight'] as const) {
    for (const flag of [true, false]) {
      const kind = {
        mode,
        dtype: 'float32',
        rows: 8,
        columns: 4,
        deep: flag,
        dense: flag,
        split: flag,
      } as const;
      wellFormed(convText(kind).code);
    }
  }
  for (const stage of ['whole', 'part', 'rest', 'last'] as const) {
    for (const alone of [true, false])
      wellFormed(scanText('logaddexp', 'float32', 'float32', 1, stage, alone).code);
  }
  for (const first of [true, false]) wellFormed(sortBlockText(first).code);
  wellFormed(gatherText(3).code);
  wellFormed(scatterRunsText('add', 'float16', 2).code);
});

test('size classes waste at most a quarter', () => {
  for (let bytes = 257; bytes < 1e6; bytes = Math.ceil(bytes * 1.01)) {
    const size = classOf(bytes);
    expect(size).toBeGreaterThanOrEqual(bytes);
    expect(size % 16).toBe(0);
    expect(size).toBeLessThanOrEqual(bytes * 1.26 + 16);
    expect(classOf(size)).toBe(size);
  }
});

test('elements become words and come back', () => {
  const longs = BigInt64Array.of(0n, -1n, 2n ** 31n - 1n, -(2n ** 31n));
  const words = toWords(longs, 'int64', 'webgpu');
  expect([...words]).toEqual([0, -1, 2 ** 31 - 1, -(2 ** 31)]);
  expect(fromWords(words.slice().buffer as ArrayBuffer, 'int64')).toEqual(longs);
  expect(() => toWords(BigInt64Array.of(2n ** 31n), 'int64', 'webgpu')).toThrow(/int64 2147483648/);
  const halves = Uint16Array.of(0x3c00, 0xfbff, 0x7c00, 0x0001);
  expect(fromWords(toWords(halves, 'float16', 'webgpu').slice().buffer as ArrayBuffer, 'float16')).toEqual(
    halves,
  );
});
