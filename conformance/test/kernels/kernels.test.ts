import { cpu, createCpuBackend } from '@taimatsu/backend-cpu';
import { createWasmBackend } from '@taimatsu/backend-wasm';
import type { Backend, ElementArray, KernelKind, Kernels, KernelTable, View } from '@taimatsu/core/backend';
import { describe, expect, test } from 'vitest';
import { kernelChecks, runKernelCheck } from '../../src/kernels/index.ts';

const options = { runs: 30, seed: 7 };

test('every kernel kind is looked at', () => {
  expect([...new Set(kernelChecks.map(({ kind }) => kind))].sort()).toEqual(Object.keys(cpu.kernels).sort());
});

test('what is declined is reported with its reason, and counts as nothing else', async () => {
  const kernels: KernelTable = { ...cpu.kernels, sort: { declined: 'too slow' } };
  const check = kernelChecks.find(({ kind }) => kind === 'sort')!;
  const result = await runKernelCheck(check, { ...cpu, kernels }, options);
  expect(result).toEqual({ id: check.id, verdict: 'declined', reason: 'too slow' });
});

/** Breaks one element of what a launch wrote: the last of its buffer that is a number above 1. */
function spoil(backend: Backend, { storage, dtype }: View, span: number): void {
  const data = backend.read(storage.buffer, 0, span);
  for (let i = data.length - 1; i >= 0; i--) {
    if (!(Math.abs(Number(data[i])) > 1)) continue;
    const wrong = dtype === 'int64' ? BigInt(data[i]!) - 1n : Number(data[i]) / 2;
    (data as { [i: number]: unknown })[i] = wrong;
    backend.write(storage.buffer, 0, data as ElementArray);
    return;
  }
}

/** Where each kind's output is among its arguments. */
const outputs: { readonly [K in KernelKind]: number } = {
  map: 2,
  reduce: 2,
  row: 2,
  scan: 2,
  matmul: 1,
  conv: 2,
  gather: 1,
  scatter: 2,
  sort: 2,
};

describe('a backend that is wrong somewhere is found out', () => {
  test.each(Object.entries(outputs))('%s', async (kind, output) => {
    const right = createWasmBackend();
    const spans = new WeakMap<object, number>();
    const kernel = right.kernels[kind as KernelKind] as (...args: unknown[]) => unknown;
    const broken: Backend = {
      ...right,
      alloc: (dtype, length, owner) => {
        const buffer = right.alloc(dtype, length, owner);
        spans.set(buffer, length);
        return buffer;
      },
      kernels: {
        ...right.kernels,
        [kind]: (...args: unknown[]) => {
          const answer = kernel(...args);
          const out = args[output] as View;
          spoil(right, out, spans.get(out.storage.buffer)!);
          return answer;
        },
      } as Kernels,
    };
    const own = kernelChecks.filter((check) => check.kind === kind);
    const results = await Promise.all(own.map((check) => runKernelCheck(check, broken, options)));
    expect(results.map(({ verdict }) => verdict)).toContain('fail');
  });
});

test('a failure names the smallest case', async () => {
  const backend = createCpuBackend();
  const { map } = backend.kernels as Kernels;
  const kernels: KernelTable = {
    ...backend.kernels,
    map: (kernel, plan, out, inputs, params) => {
      if (plan.size < 5) map(kernel, plan, out, inputs, params);
    },
  };
  const copies = kernelChecks.find(({ id }) => id === 'map/copies')!;
  const result = await runKernelCheck(copies, { ...backend, kernels }, { runs: 200, seed: 3 });
  expect(result).toMatchObject({ verdict: 'fail' });
  const [, shape] = /expected .*\nfor \[\[([\d,]+)\].*seed 3/s.exec('reason' in result ? result.reason : '')!;
  expect(shape!.split(',').reduce((n, size) => n * Number(size), 1)).toBeLessThanOrEqual(6);
});
