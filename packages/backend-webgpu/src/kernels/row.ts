import type { Kernels, RowKernel } from '@taimatsu/core/backend';
import { pushScalars } from '../codegen/expression.ts';
import { type RowText, rowText } from '../codegen/row.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';

interface Compiled {
  readonly program: Program;
  readonly text: RowText;
}

/** Rows up to here are each left to one invocation. */
const SHORT_ROW = 32;
/** With this many rows or more, also these; in software, where waiting for one another is slow, with fewer. */
const MANY_ROWS = 4096;
const LONGEST_ALONE = 512;
const MANY_IN_SOFTWARE = 128;
const LONGEST_IN_SOFTWARE = 4096;

export function makeRow(queue: Queue): Kernels['row'] {
  const compiled: (Map<number, Compiled> | undefined)[] = [];
  const of = (kernel: RowKernel, splat: readonly boolean[], rank: number, alone: boolean): Compiled => {
    compiled[kernel.id] ??= new Map();
    const known = compiled[kernel.id]!;
    const mask = splat.reduce((bits, one, i) => (one ? bits | (1 << i) : bits), 0);
    const key = (mask * 16 + rank) * 2 + (alone ? 1 : 0);
    let one = known.get(key);
    if (one === undefined) {
      const text = rowText(kernel, splat, rank, alone, queue.subgroups);
      one = { program: queue.compile(text), text };
      known.set(key, one);
    }
    return one;
  };

  return (kernel, { outer, length, splat }, out, inputs, results, params) => {
    const rank = outer.shape.length;
    checkRank(queue, rank);
    const rows = outer.size;
    const [many, longest] = queue.inSoftware
      ? [MANY_IN_SOFTWARE, LONGEST_IN_SOFTWARE]
      : [MANY_ROWS, LONGEST_ALONE];
    const alone = length <= SHORT_ROW || (rows >= many && length <= longest);
    const sources = apart(queue, [out, ...results], inputs);
    const { program, text } = of(kernel, splat, rank, alone);
    const words = queue.begin();
    pushScalars(words, kernel.params, params);
    words.int(rows).int(length).int(out.offset);
    for (const input of text.reads) words.int(inputs[input]!.offset);
    for (const { offset } of results) words.int(offset);
    const saved = results.map((_, i) => 1 + inputs.length + i);
    words.nest(outer, [0, ...text.reads.map((input) => input + 1), ...saved]);
    const buffers = [bufferOf(out), ...text.reads.map((input) => sources[input]!), ...results.map(bufferOf)];
    if (alone) queue.runEach(program, buffers, rows);
    else queue.run(program, buffers, rows);
  };
}
