import { SORT_BLOCK, sortBlockText, sortStageText } from '../codegen/sort.ts';
import type { GpuBuffer } from '../device/buffers.ts';
import type { Queue } from '../device/queue.ts';
import { programsBy } from './programs.ts';

/** The length to which lines of keys are padded, so that networks of exchanges fit: a power of two. */
export const paddedLength = (length: number): number =>
  Math.max(SORT_BLOCK, 2 ** Math.ceil(Math.log2(length)));

/** Sorts lines of `padded` pairs each, by key and then by number. */
export type PairSorter = (keys: GpuBuffer, order: GpuBuffer, lines: number, padded: number) => void;

export function makePairSorter(queue: Queue): PairSorter {
  const block = programsBy(queue, sortBlockText);
  const stage = programsBy(queue, sortStageText);
  return (keys, order, lines, padded) => {
    const pairs = lines * padded;
    const buffers = [keys, order];
    // Each line ends ascending: the bit that turns a merge around is masked off for the last.
    const turn = (size: number): number => (size === padded ? 0 : size);
    const blocks = (first: boolean, size: number): void => {
      queue.begin().int(pairs).int(size);
      queue.run(block(first), buffers, pairs / SORT_BLOCK);
    };
    blocks(true, padded);
    for (let size = SORT_BLOCK * 2; size <= padded; size *= 2) {
      for (let step = size / 2; step >= SORT_BLOCK; step /= 2) {
        queue.begin().int(pairs).int(turn(size)).int(step);
        queue.runEach(stage(), buffers, pairs / 2);
      }
      blocks(false, turn(size));
    }
  };
}
