import type { Kernels } from '@taimatsu/core/backend';
import { SHORT_LINE, scanText } from '../codegen/scan.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { programsBy } from './programs.ts';

export function makeScan(queue: Queue): Kernels['scan'] {
  const programOf = programsBy(queue, scanText);
  return (combine, { outer, length, strides }, out, input) => {
    if (outer.size * length === 0) return;
    checkRank(queue, outer.shape.length);
    const [source] = apart(queue, [out], [input]);
    const short = length <= SHORT_LINE;
    const program = programOf(combine, input.dtype, out.dtype, outer.shape.length, short);
    const words = queue.begin().int(outer.size).int(length).int(out.offset).int(input.offset);
    words.int(strides[0]!).int(strides[1]!).nest(outer, [0, 1]);
    const buffers = [bufferOf(out), source!];
    if (short) queue.runEach(program, buffers, outer.size);
    else queue.run(program, buffers, outer.size);
  };
}
