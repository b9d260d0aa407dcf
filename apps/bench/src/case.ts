import type { Goal } from './goal.ts';
import type { Work } from './work.ts';

/** The parts of the bench; `--only` takes their names too. */
export const groups = ['small', 'elementwise', 'matmul', 'rows', 'conv', 'training'] as const;
export type Group = (typeof groups)[number];

/** One thing to time. */
export interface Case {
  readonly id: string;
  readonly group: Group;
  readonly what: string;
  readonly work: Work;
  /** Floating point operations of one run, where a rate says more than a time. */
  readonly flops?: number;
  /** Operations in one run, where the time of each is what counts. */
  readonly per?: number;
  /** What the project holds itself to. */
  readonly goals: readonly Goal[];
}
