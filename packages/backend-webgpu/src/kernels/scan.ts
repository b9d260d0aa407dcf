import type { Kernels } from '@taimatsu/core/backend';
import { SCAN_BLOCK, type ScanStage, scanText } from '../codegen/scan.ts';
import type { GpuBuffer } from '../device/buffers.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { programsBy } from './programs.ts';

/** Lines up to here are walked by one invocation each, in order. */
const SHORT_LINE = 256;
/** With this many lines or more a workgroup walks each. */
const MANY_LINES = 128;
/** Elements in a part, at least, when fewer lines are walked in parts. */
const PART = 1024;
const MOST_PARTS = 1024;
// In software, where waiting for one another is slow, invocations walk alone: lines when there are as many, else parts.
const LONGEST_IN_SOFTWARE = 4096;
const PART_IN_SOFTWARE = 64;
const PARTS_IN_SOFTWARE = 1024;

interface Division {
  readonly alone: boolean;
  /** Elements in a part of a line. */
  readonly share: number;
}

/** How lines are divided: by sizes alone, so that the same ones are always added up in the same order. */
function divide(lines: number, length: number, inSoftware: boolean): Division {
  if (length <= SHORT_LINE) return { alone: true, share: length };
  if (!inSoftware) {
    if (lines >= MANY_LINES || length < 2 * PART) return { alone: false, share: length };
    const share = Math.max(PART, Math.ceil(length / MOST_PARTS));
    return { alone: false, share: Math.ceil(share / SCAN_BLOCK) * SCAN_BLOCK };
  }
  if (lines >= MANY_LINES && length <= LONGEST_IN_SOFTWARE) return { alone: true, share: length };
  const parts = Math.max(Math.ceil(PARTS_IN_SOFTWARE / lines), Math.ceil(length / LONGEST_IN_SOFTWARE));
  return { alone: true, share: Math.max(PART_IN_SOFTWARE, Math.ceil(length / parts)) };
}

export function makeScan(queue: Queue): Kernels['scan'] {
  const programOf = programsBy(queue, scanText);
  return (combine, { outer, length, strides }, out, input) => {
    const lines = outer.size;
    if (lines * length === 0) return;
    checkRank(queue, outer.shape.length);
    const [source] = apart(queue, [out], [input]);
    const { alone, share } = divide(lines, length, queue.inSoftware);
    const parts = Math.ceil(length / share);
    const run = (stage: ScanStage, count: number, buffers: readonly GpuBuffer[]): void => {
      const program = programOf(combine, input.dtype, out.dtype, outer.shape.length, stage, alone);
      const words = queue.begin().int(lines).int(length).int(parts).int(share).int(out.offset);
      words.int(input.offset).int(strides[0]!).int(strides[1]!).nest(outer, [0, 1]);
      if (alone) queue.runEach(program, buffers, count);
      else queue.run(program, buffers, count);
    };
    if (parts === 1) {
      run('whole', lines, [bufferOf(out), source!]);
      return;
    }
    const [totals, besides] = [0, 1].map(() => queue.buffers.alloc('int32', lines * parts)) as [
      GpuBuffer,
      GpuBuffer,
    ];
    run('part', lines * parts, [totals, besides, source!]);
    run('rest', lines, [totals, besides]);
    run('last', lines * parts, [totals, besides, bufferOf(out), source!]);
    queue.buffers.free(totals);
    queue.buffers.free(besides);
  };
}
