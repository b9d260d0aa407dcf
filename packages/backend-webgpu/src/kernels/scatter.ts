import type { DType, IndexPlan, Kernels, ScatterMode } from '@taimatsu/core/backend';
import {
  scatterLastText,
  scatterLinkText,
  scatterListsText,
  scatterPairsText,
  scatterRunsText,
  scatterSetText,
} from '../codegen/indexed.ts';
import { lastKeysText } from '../codegen/sort.ts';
import type { GpuBuffer } from '../device/buffers.ts';
import type { Queue } from '../device/queue.ts';
import { pushIndexed } from './gather.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { programsBy } from './programs.ts';
import { makePairSorter, paddedLength } from './sort-pairs.ts';

/** Looking through lists takes a step for each two in one place; with more than so many it is done by sorting. */
const FEW_IN_ONE = 1024;

/** How many can meet in one place: all those along the axis, where the output does not move. */
function mostInOne({ loops }: IndexPlan): number {
  return loops.shape.reduce((most, size, d) => (loops.strides[0]![d] === 0 ? most * size : most), 1);
}

/**
 * Who writes where does not depend on which kernel invocation comes first: `set` finds the last writer of each place,
 * and the others combine what goes to one place in row-major order. Where few can meet in a place they are linked, in any order,
 * and looked through; else all are sorted by place.
 */
export function makeScatter(queue: Queue): Kernels['scatter'] {
  const last = programsBy(queue, scatterLastText);
  const set = programsBy(queue, scatterSetText);
  const pairs = programsBy(queue, scatterPairsText);
  const runs = programsBy(queue, (mode: Exclude<ScatterMode, 'set'>, dtype: DType, rank: number) =>
    scatterRunsText(mode, dtype, rank),
  );
  const link = programsBy(queue, scatterLinkText);
  const lists = programsBy(queue, (mode: Exclude<ScatterMode, 'set'>, dtype: DType, rank: number) =>
    scatterListsText(mode, dtype, rank),
  );
  const lastKeys = programsBy(queue, lastKeysText);
  const sortPairs = makePairSorter(queue);

  const scatterSet = (
    plan: IndexPlan,
    out: GpuBuffer,
    push: () => void,
    index: GpuBuffer,
    source: GpuBuffer,
  ): void => {
    const { size, shape } = plan.loops;
    const winners = queue.buffers.alloc('int32', out.length);
    queue.clear(winners, out.length);
    const find = last(shape.length);
    const write = set(shape.length);
    push();
    queue.runEach(find, [winners, index, queue.faults], size);
    push();
    queue.runEach(write, [out, index, source, winners], size);
    queue.buffers.free(winners);
  };

  const scatterLists = (
    mode: Exclude<ScatterMode, 'set'>,
    plan: IndexPlan,
    out: GpuBuffer,
    push: () => void,
    index: GpuBuffer,
    source: GpuBuffer,
  ): void => {
    const { size, shape } = plan.loops;
    const heads = queue.buffers.alloc('int32', out.length);
    const nexts = queue.buffers.alloc('int32', size);
    queue.clear(heads, out.length);
    const join = link(shape.length);
    const combine = lists(mode, out.dtype, shape.length);
    push();
    queue.runEach(join, [heads, nexts, index, queue.faults], size);
    push();
    queue.runEach(combine, [out, index, source, heads, nexts], size);
    queue.buffers.free(heads);
    queue.buffers.free(nexts);
  };

  const scatterRuns = (
    mode: Exclude<ScatterMode, 'set'>,
    plan: IndexPlan,
    out: GpuBuffer,
    push: () => void,
    index: GpuBuffer,
    source: GpuBuffer,
  ): void => {
    const { size, shape } = plan.loops;
    const padded = paddedLength(size);
    const keys = queue.buffers.alloc('int32', padded);
    const order = queue.buffers.alloc('int32', padded);
    const make = pairs(shape.length);
    const combine = runs(mode, out.dtype, shape.length);
    const pad = lastKeys();
    queue.begin().int(padded);
    queue.runEach(pad, [keys, order], padded);
    push();
    queue.runEach(make, [keys, order, index, queue.faults], size);
    sortPairs(keys, order, 1, padded);
    push();
    queue.runEach(combine, [out, source, keys, order], size);
    queue.buffers.free(keys);
    queue.buffers.free(order);
  };

  return (mode, plan, out, index, source) => {
    const { loops } = plan;
    if (loops.size === 0) return undefined;
    checkRank(queue, loops.shape.length);
    const [indices, from] = apart(queue, [out], [index, source]);
    const ticket = queue.ticketFor(plan);
    const push = (): void => pushIndexed(queue, plan, ticket, [out, index, source]);
    if (mode === 'set') scatterSet(plan, bufferOf(out), push, indices!, from!);
    else {
      const way = mostInOne(plan) <= FEW_IN_ONE ? scatterLists : scatterRuns;
      way(mode, plan, bufferOf(out), push, indices!, from!);
    }
    return undefined;
  };
}
