import type { DType, IndexPlan, Kernels, ScatterMode } from '@taimatsu/core/backend';
import { scatterLastText, scatterPairsText, scatterRunsText, scatterSetText } from '../codegen/indexed.ts';
import { lastKeysText } from '../codegen/sort.ts';
import type { GpuBuffer } from '../device/buffers.ts';
import type { Queue } from '../device/queue.ts';
import { pushIndexed } from './gather.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { programsBy } from './programs.ts';
import { makePairSorter, paddedLength } from './sort-pairs.ts';

/**
 * Who writes where does not depend on which kernel invocation comes first: `set` finds the last writer of each place,
 * and the others combine what goes to one place in row-major order.
 */
export function makeScatter(queue: Queue): Kernels['scatter'] {
  const last = programsBy(queue, scatterLastText);
  const set = programsBy(queue, scatterSetText);
  const pairs = programsBy(queue, scatterPairsText);
  const runs = programsBy(queue, (mode: Exclude<ScatterMode, 'set'>, dtype: DType, rank: number) =>
    scatterRunsText(mode, dtype, rank),
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
    const push = (): void => pushIndexed(queue, plan, [out, index, source]);
    queue.mayFault = true;
    if (mode === 'set') scatterSet(plan, bufferOf(out), push, indices!, from!);
    else scatterRuns(mode, plan, bufferOf(out), push, indices!, from!);
    return undefined;
  };
}
