import type { Kernels, ReduceKernel, ReducePlan } from '@taimatsu/core/backend';
import { pushScalars } from '../codegen/expression.ts';
import { accumulated, isArg, type ReduceClass, type ReduceText, reduceText } from '../codegen/reduce.ts';
import type { GpuBuffer } from '../device/buffers.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';

interface Compiled {
  readonly program: Program;
  readonly text: ReduceText;
}

const classes: readonly ReduceClass[] = ['each', 'group', 'part', 'rest'];

/** Up to here an invocation combines a result's elements alone. */
const ALONE = 32;
/** With this many results or more, each is left to one invocation for longer. */
const MANY_RESULTS = 4096;
const MANY_IN_SOFTWARE = 128;
const LONGEST_ALONE = 4096;
/** Elements in a part, at least, when a result is combined in parts. */
const PART = 4096;
const MOST_PARTS = 256;

function classFor(results: number, length: number, inSoftware: boolean): ReduceClass {
  const many = inSoftware ? MANY_IN_SOFTWARE : MANY_RESULTS;
  if (length <= ALONE || (results >= many && length <= LONGEST_ALONE)) return 'each';
  return length < 2 * PART || results >= MANY_RESULTS ? 'group' : 'part';
}

export function makeReduce(queue: Queue): Kernels['reduce'] {
  const compiled: (Map<number, Compiled> | undefined)[] = [];
  const of = (kernel: ReduceKernel, as: ReduceClass, { outer, inner }: ReducePlan): Compiled => {
    compiled[kernel.id] ??= new Map();
    const known = compiled[kernel.id]!;
    const key = (classes.indexOf(as) * 16 + outer.shape.length) * 16 + inner.shape.length;
    let one = known.get(key);
    if (one === undefined) {
      const text = reduceText(kernel, as, outer.shape.length, inner.shape.length, queue.subgroups);
      one = { program: queue.compile(text), text };
      known.set(key, one);
    }
    return one;
  };

  return (kernel, plan, out, inputs, params) => {
    const { outer, inner } = plan;
    if (outer.size === 0) return;
    checkRank(queue, outer.shape.length);
    checkRank(queue, inner.shape.length);
    const sources = apart(queue, [out], inputs);
    const run = (as: ReduceClass, parts: number, scratch: readonly GpuBuffer[]): void => {
      const { program, text } = of(kernel, as, plan);
      const words = queue.begin();
      pushScalars(words, kernel.params, params);
      words.int(outer.size).int(inner.size).int(parts).int(out.offset);
      for (const input of text.reads) words.int(inputs[input]!.offset);
      words.nest(outer, [0, ...text.reads.map((input) => input + 1)]);
      words.nest(inner, text.reads);
      const target = as === 'part' ? [] : [bufferOf(out)];
      const buffers = [...scratch, ...target, ...text.reads.map((input) => sources[input]!)];
      if (as === 'each') queue.runEach(program, buffers, outer.size);
      else queue.run(program, buffers, as === 'part' ? outer.size * parts : outer.size);
    };
    const as = classFor(outer.size, inner.size, queue.inSoftware);
    if (as !== 'part') {
      run(as, 1, []);
      return;
    }
    const parts = Math.min(MOST_PARTS, Math.ceil(inner.size / PART));
    const dtype = accumulated(kernel) === 'f32' ? 'float32' : 'int32';
    const scratch = [queue.buffers.alloc(dtype, outer.size * parts)];
    if (isArg(kernel)) scratch.push(queue.buffers.alloc('int32', outer.size * parts));
    run('part', parts, scratch);
    run('rest', parts, scratch);
    for (const buffer of scratch) queue.buffers.free(buffer);
  };
}
