import type { Target } from '../src/asm/index.ts';
import { f32x4, instantiate, Module } from '../src/asm/index.ts';

/** Runs `tasks` in turns, so that a noisy machine is unfair to none; medians in milliseconds. */
export function interleave(tasks: readonly (() => void)[], rounds: number): readonly number[] {
  const times: number[][] = tasks.map(() => []);
  for (let round = -2; round < rounds; round++) {
    tasks.forEach((task, i) => {
      const start = performance.now();
      task();
      if (round >= 0) times[i]?.push(performance.now() - start);
    });
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN);
}

/** Independent multiply-adds in registers: `run(n)` is `n · 96` floating-point operations. */
export function peakKernel(target: Target): (n: number) => void {
  const module = new Module(target);
  const chains = 12;
  module.func('run', ['i32'], 'f32', (f, n) => {
    const x = f.let(f32x4.splat(0.999));
    const y = f.let(f32x4.splat(1e-3));
    const sums = Array.from({ length: chains }, (_, i) => f.let(f32x4.splat(i)));
    const i = f.local('i32');
    f.walk(i, n, 4, () => {
      for (let k = 0; k < 4; k++) {
        for (const sum of sums) {
          f.set(sum, target.relaxed ? f32x4.relaxed_madd(sum, x, y) : f32x4.add(f32x4.mul(sum, x), y));
        }
      }
    });
    const total = sums.slice(1).reduce((a, b) => f.let(f32x4.add(a, b)), sums[0] as (typeof sums)[0]);
    return f32x4.extract(total, 0);
  });
  return instantiate<{ run(n: number): void }>(module, new WebAssembly.Memory({ initial: 1 })).run;
}

export const peakFlops = (n: number): number => n * 96;
