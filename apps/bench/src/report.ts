import { table } from 'table';
import type { Contestant } from './contestant.ts';
import type { Result, Timing } from './run.ts';

/** Microseconds with three digits and a unit that fits. */
export function formatTime(us: number): string {
  if (us < 1) return `${(us * 1e3).toPrecision(3)} ns`;
  return us < 1000 ? `${us.toPrecision(3)} µs` : `${(us / 1e3).toPrecision(3)} ms`;
}

function cell(result: Result, timing: Timing | undefined, base: Timing | undefined): string {
  if (timing === undefined) return '–';
  const { flops } = result.case;
  const rate = flops === undefined ? '' : ` ${(flops / timing.median / 1e3).toPrecision(3)} GF/s`;
  const ratio =
    base === undefined || base === timing ? '' : ` ×${(timing.median / base.median).toPrecision(2)}`;
  return `${formatTime(timing.median)}${rate}${ratio}`;
}

function goal(result: Result): string {
  const { target, targetRate } = result.case;
  const ours = result.timings[0];
  if (ours === undefined || (target === undefined && targetRate === undefined)) return '';
  const met =
    target === undefined ? result.case.flops! / ours.median / 1e3 >= targetRate! : ours.median <= target;
  const text = target === undefined ? `≥ ${targetRate} GF/s` : `≤ ${formatTime(target)}`;
  return `${text} ${met ? 'yes' : 'no'}`;
}

/** The results as a table for the terminal: medians, and each as a multiple of the first contestant's. */
export function reportTable(results: readonly Result[], contestants: readonly Contestant[]): string {
  const rows = results.map((result) => {
    const of = (name: string): Timing | undefined => result.timings.find((t) => t.contestant === name);
    const base = of(contestants[0]!.name);
    return [result.case.what, goal(result), ...contestants.map(({ name }) => cell(result, of(name), base))];
  });
  return table([['', 'goal', ...contestants.map(({ name }) => name)], ...rows]);
}
