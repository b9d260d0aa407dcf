import { describe, expect, test } from 'vitest';
import { instantiate, Module } from '../../src/asm/index.ts';
import { detectFeatures } from '../../src/features.ts';
import {
  defineRowProgram,
  layerNorm,
  layerNormGradient,
  logSoftmax,
  logSoftmaxGradient,
  type RowProgram,
  softmax,
  softmaxGradient,
} from '../../src/kernels/reduce/index.ts';

const memory = new WebAssembly.Memory({ initial: 32 });
const target = { shared: false, relaxed: detectFeatures().relaxed };
const [atA, atB, atC, atD, out, mean, deviation] = [0, 1, 2, 3, 4, 5, 6].map((i) => i << 18) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

function compile(program: RowProgram): (...args: number[]) => void {
  const module = new Module(target);
  defineRowProgram(module, 'run', program);
  return instantiate<{ run(...args: number[]): void }>(module, memory).run;
}

describe.each(['f32', 'f64'] as const)('%s', (element) => {
  const size = element === 'f32' ? 4 : 8;
  const tolerance = element === 'f32' ? 3e-6 : 1e-13;
  const view = (at: number, count: number): Float32Array | Float64Array =>
    element === 'f32'
      ? new Float32Array(memory.buffer, at, count)
      : new Float64Array(memory.buffer, at, count);
  const rows = 3;
  const random = (at: number, count: number, seed: number): number[] => {
    const to = view(at, count);
    for (let i = 0; i < count; i++) to[i] = Math.sin((i + 1) * 12.9898 * seed) * 4;
    return [...to];
  };
  const close = (got: number | undefined, expected: number): void => {
    expect(Math.abs((got ?? Number.NaN) - expected)).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(expected)),
    );
  };
  const lengths = [1, 2, 3, 4, 7, 16, 63, 129, 1000];

  test('softmax, logSoftmax and their gradients', () => {
    const [forward, logForward] = [compile(softmax(element)), compile(logSoftmax(element))];
    const [backward, logBackward] = [compile(softmaxGradient(element)), compile(logSoftmaxGradient(element))];
    for (const n of lengths) {
      const pitch = n * size;
      const x = random(atA, rows * n, 1);
      const g = random(atB, rows * n, 2);
      forward(atC, pitch, rows, n, atA, pitch);
      logForward(atD, pitch, rows, n, atA, pitch);
      const [y, logY] = [[...view(atC, rows * n)], [...view(atD, rows * n)]];
      for (let r = 0; r < rows; r++) {
        const row = x.slice(r * n, r * n + n);
        const top = Math.max(...row);
        const total = row.reduce((sum, v) => sum + Math.exp(v - top), 0);
        row.forEach((v, i) => {
          close(y[r * n + i], Math.exp(v - top) / total);
          close(logY[r * n + i], v - top - Math.log(total));
        });
      }
      const sum = (of: (i: number) => number, r: number): number => {
        let all = 0;
        for (let i = r * n; i < r * n + n; i++) all += of(i);
        return all;
      };
      const [gv, yv, lv] = [g, y, logY].map((list) => (i: number) => list[i] ?? 0) as [
        (i: number) => number,
        (i: number) => number,
        (i: number) => number,
      ];
      backward(out, pitch, rows, n, atB, pitch, atC, pitch);
      for (let i = 0; i < rows * n; i++) {
        close(view(out, rows * n)[i], yv(i) * (gv(i) - sum((j) => gv(j) * yv(j), Math.floor(i / n))));
      }
      logBackward(out, pitch, rows, n, atB, pitch, atD, pitch);
      for (let i = 0; i < rows * n; i++) {
        const expected = gv(i) - Math.exp(lv(i)) * sum(gv, Math.floor(i / n));
        close((view(out, rows * n)[i] ?? 0) / 30, expected / 30);
      }
    }
  });

  test('layer_norm and its gradient', () => {
    const [forward, backward] = [compile(layerNorm(element)), compile(layerNormGradient(element))];
    const epsilon = 1e-5;
    for (const n of lengths) {
      const pitch = n * size;
      const x = random(atA, rows * n, 1);
      const w = random(atB, n, 2);
      const b = random(atC, n, 3);
      forward(out, pitch, rows, n, atA, pitch, atB, 0, atC, 0, mean, deviation, 1 / n, epsilon);
      const y = [...view(out, rows * n)];
      const g = random(atD, rows * n, 5);
      backward(out, pitch, rows, n, atD, pitch, atA, pitch, atB, 0, 1 / n, epsilon);
      const dx = view(out, rows * n);
      for (let r = 0; r < rows; r++) {
        const row = x.slice(r * n, r * n + n);
        const average = row.reduce((s, v) => s + v, 0) / n;
        const variance = row.reduce((s, v) => s + (v - average) ** 2, 0) / n;
        const inverse = 1 / Math.sqrt(variance + epsilon);
        close(view(mean, rows)[r], average);
        close((view(deviation, rows)[r] ?? 0) / inverse, 1);
        const normal = row.map((v) => (v - average) * inverse);
        const scaled = row.map((_, i) => (g[r * n + i] ?? 0) * (w[i] ?? 0));
        const m1 = scaled.reduce((s, v) => s + v, 0) / n;
        const m2 = scaled.reduce((s, v, i) => s + v * (normal[i] ?? 0), 0) / n;
        for (let i = 0; i < n; i++) {
          close(y[r * n + i], (normal[i] ?? 0) * (w[i] ?? 0) + (b[i] ?? 0));
          const expected = ((scaled[i] ?? 0) - m1 - (normal[i] ?? 0) * m2) * inverse;
          close((dx[r * n + i] ?? 0) / (10 * inverse), expected / (10 * inverse));
        }
      }
    }
  });
});
