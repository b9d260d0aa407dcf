import type { Kernels, ReduceKernel, ReducePlan, View } from '@taimatsu/core/backend';
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
/** The same where an invocation does a part alone, whose rounding errors would add up over longer ones. */
const PART_ALONE = 1024;
const MOST_PARTS_ALONE = 4096;

function classFor(results: number, length: number, inSoftware: boolean): ReduceClass {
  const many = inSoftware ? MANY_IN_SOFTWARE : MANY_RESULTS;
  if (length <= ALONE || (results >= many && length <= LONGEST_ALONE)) return 'each';
  return length < 2 * PART || results >= MANY_RESULTS ? 'group' : 'part';
}

/** Whether all inputs lie contiguously along one inner loop, in fours. */
function liesInFours({ outer, inner }: ReducePlan, inputs: readonly View[]): boolean {
  if (inner.shape.length !== 1 || inner.size % 4 !== 0) return false;
  for (let i = 0; i < inputs.length; i++) {
    if (inner.strides[i]![0] !== 1 || inputs[i]!.offset % 4 !== 0) return false;
    const strides = outer.strides[i + 1]!;
    for (let d = 0; d < strides.length; d++) if (outer.shape[d] !== 1 && strides[d]! % 4 !== 0) return false;
  }
  return true;
}

export function makeReduce(queue: Queue): Kernels['reduce'] {
  const compiled: (Map<number, Compiled | null> | undefined)[] = [];
  const of = (
    kernel: ReduceKernel,
    as: ReduceClass,
    { outer, inner }: ReducePlan,
    wide: boolean,
  ): Compiled | null => {
    compiled[kernel.id] ??= new Map();
    const known = compiled[kernel.id]!;
    const [outerRank, innerRank] = [outer.shape.length, inner.shape.length];
    const key = ((classes.indexOf(as) * 2 + (wide ? 1 : 0)) * 16 + outerRank) * 16 + innerRank;
    let one = known.get(key);
    if (one === undefined) {
      const { subgroups, inSoftware: alone } = queue;
      const text = reduceText(kernel, { as, outerRank, innerRank, alone, subgroups, wide });
      one = text === undefined ? null : { program: queue.compile(text), text };
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
    const inFours = !isArg(kernel) && liesInFours(plan, inputs);
    const run = (as: ReduceClass, parts: number, scratch: readonly GpuBuffer[]): void => {
      const wide = inFours && as !== 'rest' ? of(kernel, as, plan, true) : null;
      const { program, text } = wide ?? of(kernel, as, plan, false)!;
      const words = queue.begin();
      pushScalars(words, kernel.params, params);
      words
        .int(outer.size)
        .int(wide === null ? inner.size : inner.size / 4)
        .int(parts)
        .int(out.offset);
      for (const input of text.reads) words.int(inputs[input]!.offset);
      words.nest(outer, [0, ...text.reads.map((input) => input + 1)]);
      words.nest(inner, text.reads);
      const target = as === 'part' ? [] : [bufferOf(out)];
      const buffers = [...scratch, ...target, ...text.reads.map((input) => sources[input]!)];
      const pieces = as === 'part' ? outer.size * parts : outer.size;
      if (as === 'each' || (as === 'part' && queue.inSoftware)) queue.runEach(program, buffers, pieces);
      else queue.run(program, buffers, pieces);
    };
    const as = classFor(outer.size, inner.size, queue.inSoftware);
    if (as !== 'part') {
      run(as, 1, []);
      return;
    }
    const [part, most] = queue.inSoftware ? [PART_ALONE, MOST_PARTS_ALONE] : [PART, MOST_PARTS];
    const parts = Math.min(most, Math.ceil(inner.size / part));
    const dtype = accumulated(kernel) === 'f32' ? 'float32' : 'int32';
    const scratch = [queue.buffers.alloc(dtype, outer.size * parts)];
    if (isArg(kernel)) scratch.push(queue.buffers.alloc('int32', outer.size * parts));
    run('part', parts, scratch);
    run('rest', parts, scratch);
    for (const buffer of scratch) queue.buffers.free(buffer);
  };
}
