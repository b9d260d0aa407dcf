import type { GPUMode, GPU as Gpu, KernelVariable } from 'gpu.js';
import * as namespace from 'gpu.js';
import type { Contestant } from './peer.ts';

const { GPU } = ((namespace as { default?: unknown }).default ?? namespace) as unknown as { GPU: typeof Gpu };

/** The same work as gpu.js's own documentation writes it: what this backend adds or saves is the difference. */
export function plainGpuJs(mode: string): Contestant {
  const gpu = new GPU({ mode: mode as GPUMode });
  const settings = { pipeline: true, immutable: true, precision: 'single', tactic: 'precision' } as const;
  const random = (length: number): Float32Array => Float32Array.from({ length }, () => Math.random());
  const make = (source: string, output: number[]) =>
    gpu.createKernel(source, { ...settings, output, loopMaxIterations: 1e6 } as object);
  const remove = (x: unknown): void => {
    (x as { delete?(): void }).delete?.();
  };
  const read = (result: unknown): void => {
    (result as { toArray?(): unknown }).toArray?.();
    remove(result);
  };
  const vector = (length: number): KernelVariable =>
    make('function (a) { return a[this.thread.x]; }', [length])(random(length)) as KernelVariable;
  return {
    name: 'plain gpu.js',
    chain: (length, times) => {
      const steps = ['a[i] + b[i]', 'a[i] * b[i]', 'a[i] - b[i]', 'Math.max(a[i], b[i])'].map((text) =>
        make(`function (a, b) { return ${text.replaceAll('[i]', '[this.thread.x]')}; }`, [length]),
      );
      const first = make('function (a) { return a[0]; }', [1]);
      const x = vector(length);
      return () => {
        let y = x;
        for (let i = 0; i < times; i++) {
          const next = steps[i % 4]!(y, x) as KernelVariable;
          if (y !== x) remove(y);
          y = next;
        }
        read(first(y));
        if (y !== x) remove(y);
      };
    },
    sum: (length) => {
      const chunk = Math.ceil(Math.sqrt(length));
      const part = make(
        `function (a) { let sum = 0; for (let i = 0; i < ${chunk}; i++) { sum += a[this.thread.x * ${chunk} + i]; } return sum; }`,
        [chunk],
      );
      const all = make(
        `function (a) { let sum = 0; for (let i = 0; i < ${chunk}; i++) { sum += a[i]; } return sum; }`,
        [1],
      );
      const x = vector(chunk * chunk);
      return () => {
        const parts = part(x) as KernelVariable;
        read(all(parts));
        remove(parts);
      };
    },
    matmul: (n, transposeA = false, transposeB = false) => {
      const upload = make('function (a) { return a[this.thread.y][this.thread.x]; }', [n, n]);
      const rows = Array.from({ length: n }, () => random(n));
      const a = upload(rows) as KernelVariable;
      const left = transposeA ? 'a[i][this.thread.y]' : 'a[this.thread.y][i]';
      const right = transposeB ? 'b[this.thread.x][i]' : 'b[i][this.thread.x]';
      const product = make(
        `function (a, b) { let sum = 0; for (let i = 0; i < ${n}; i++) { sum += ${left} * ${right}; } return sum; }`,
        [n, n],
      );
      const first = make('function (a) { return a[0][0]; }', [1]);
      return () => {
        const c = product(a, a) as KernelVariable;
        read(first(c));
        remove(c);
      };
    },
  };
}
