import type { GPUMode, GPU as Gpu, KernelVariable } from 'gpu.js';
import * as namespace from 'gpu.js';

const { GPU } = ((namespace as { default?: unknown }).default ?? namespace) as unknown as { GPU: typeof Gpu };

/** The same work as gpu.js's own documentation writes it: what this backend adds or saves is the difference. */
export interface Plain {
  /** A chain of additions to a vector, read at the end. */
  chain(length: number, times: number): () => void;
  matmul(n: number): () => void;
}

export function plainGpuJs(mode: string): Plain {
  const gpu = new GPU({ mode: mode as GPUMode });
  const settings = { pipeline: true, immutable: true, precision: 'single', tactic: 'precision' } as const;
  const random = (length: number): Float32Array => Float32Array.from({ length }, () => Math.random());
  const make = (source: string, output: number[], own: object = settings) =>
    gpu.createKernel(source, { ...own, output, loopMaxIterations: 4096 } as object);
  const read = (result: unknown): void => {
    (result as { toArray?(): unknown }).toArray?.();
  };
  return {
    chain: (length, times) => {
      const upload = make('function (a) { return a[this.thread.x]; }', [length]);
      const add = make('function (a, b) { return a[this.thread.x] + b[this.thread.x]; }', [length]);
      const first = make('function (a) { return a[0]; }', [1]);
      const x = upload(random(length)) as KernelVariable;
      return () => {
        let y = x;
        for (let i = 0; i < times; i++) {
          const next = add(y, x) as KernelVariable;
          if (y !== x) (y as { delete?(): void }).delete?.();
          y = next;
        }
        read(first(y));
      };
    },
    matmul: (n) => {
      const upload = make('function (a) { return a[this.thread.y][this.thread.x]; }', [n, n]);
      const rows = Array.from({ length: n }, () => random(n));
      const a = upload(rows) as KernelVariable;
      const product = make(
        `function (a, b) { let sum = 0; for (let i = 0; i < ${n}; i++) { sum += a[this.thread.y][i] * b[i][this.thread.x]; } return sum; }`,
        [n, n],
      );
      const first = make('function (a) { return a[0][0]; }', [1]);
      return () => read(first(product(a, a) as KernelVariable));
    },
  };
}
