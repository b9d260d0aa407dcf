import type { Kernels } from '@taimatsu/core/backend';
import { scanText } from '../codegen/scan.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { programsBy } from './programs.ts';

export function makeScan(queue: Queue): Kernels['scan'] {
  const programOf = programsBy(queue, scanText);
  return (combine, { outer, length, strides }, out, input) => {
    if (outer.size * length === 0) return;
    checkRank(queue, outer.shape.length);
    const [source] = apart(queue, [out], [input]);
    const program = programOf(combine, input.dtype, out.dtype, outer.shape.length);
    const words = queue.begin().int(outer.size).int(length).int(out.offset).int(input.offset);
    words.int(strides[0]!).int(strides[1]!).nest(outer, [0, 1]);
    queue.run(program, [bufferOf(out), source!], outer.size);
  };
}
