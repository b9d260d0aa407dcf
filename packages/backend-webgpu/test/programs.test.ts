import { beforeAll, expect, test } from 'vitest';
import type { BufferSource } from '../src/device/buffers.ts';
import { Programs } from '../src/device/programs.ts';

/** A device that only counts what it is asked to compile. */
function counting(): { readonly programs: Programs; readonly compiled: string[] } {
  const compiled: string[] = [];
  const device = {
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule: () => ({}),
    createComputePipeline: ({ label }: { label: string }) => {
      compiled.push(label);
      return { label };
    },
  };
  const source = { device, guarded: <R>(_: string, make: () => R) => make() } as unknown as BufferSource;
  return { programs: new Programs(source, {} as GPUBuffer), compiled };
}

beforeAll(() => {
  (globalThis as { GPUShaderStage?: unknown }).GPUShaderStage ??= { COMPUTE: 4 };
});

test('a kernel is compiled once, until too many others were; then it is compiled again', () => {
  const { programs, compiled } = counting();
  const text = (i: number): Parameters<Programs['compile']>[0] => ({ label: `${i}`, bindings: [], code: '' });
  const all = Array.from({ length: 1024 }, (_, i) => programs.compile(text(i)));
  for (const program of all) programs.pipelineOf(program);
  expect(compiled).toHaveLength(1024);
  programs.compile(text(1024));
  expect(programs.pipelineOf(all[1]!)).toEqual({ label: '1' });
  expect(compiled).toHaveLength(1025);
  expect(programs.pipelineOf(all[0]!)).toEqual({ label: '0' });
  expect(compiled.at(-1)).toBe('0');
});
