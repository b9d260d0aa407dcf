import type { Target } from '../src/asm/index.ts';
import { f32x4, instantiate, Module } from '../src/asm/index.ts';

/** Milliseconds of processor time that this thread has had: what counts on a machine that others use, too. */
function processor(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The processor's clock ticks in milliseconds: a sample is at least this long. */
const SAMPLE_MS = 25;

/** Runs `tasks` in turns, so that a noisy machine is unfair to none; medians of a run in milliseconds. */
export function interleave(tasks: readonly (() => void)[], rounds: number): readonly number[] {
  const times: number[][] = tasks.map(() => []);
  const repeats = tasks.map((task) => {
    task();
    const start = performance.now();
    task();
    return Math.ceil(SAMPLE_MS / (performance.now() - start + 1e-3));
  });
  for (let round = -1; round < rounds; round++) {
    tasks.forEach((task, i) => {
      const start = processor();
      for (let k = 0; k < repeats[i]!; k++) task();
      if (round >= 0) times[i]?.push((processor() - start) / repeats[i]!);
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
