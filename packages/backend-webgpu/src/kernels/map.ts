import type { Kernels, ScalarKernel, View } from '@taimatsu/core/backend';
import { pushScalars } from '../codegen/expression.ts';
import { type MapText, type Shared, stridedMapText } from '../codegen/map.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';
import { LineMaps } from './line-maps.ts';
import { bufferOf, checkRank } from './operands.ts';

interface Compiled {
  readonly program: Program;
  readonly text: MapText;
}

/** Kernels by how many loops walk their operands, and which of them are in the output's buffer. */
type Classes = Map<number, Compiled>;

export function makeMap(queue: Queue): Kernels['map'] {
  const lines = new LineMaps(queue);
  queue.waiting = lines;
  const compiled: (Classes | undefined)[] = [];
  const of = (kernel: ScalarKernel, shared: Shared, rank: number): Compiled => {
    compiled[kernel.id] ??= new Map();
    const classes = compiled[kernel.id]!;
    const key = shared * 16 + rank;
    let known = classes.get(key);
    if (known === undefined) {
      const text = stridedMapText(kernel, shared, rank);
      known = { program: queue.compile(text), text };
      classes.set(key, known);
    }
    return known;
  };

  return (kernel, plan, out, inputs, params) => {
    if (lines.add(kernel, plan, out, inputs, params)) return;
    const target = bufferOf(out);
    const rank = plan.shape.length;
    checkRank(queue, rank);
    const { program, text } = of(kernel, sharedInputs(target, inputs), rank);
    const words = queue.begin();
    pushScalars(words, kernel.params, params);
    words.int(plan.size).int(out.offset);
    for (const input of text.reads) words.int(inputs[input]!.offset);
    words.nest(plan, [0, ...text.reads.map((input) => input + 1)]);
    const buffers = [target, ...text.bound.map((input) => bufferOf(inputs[input]!))];
    queue.runEach(program, buffers, plan.size);
  };
}

function sharedInputs(target: object, inputs: readonly View[]): Shared {
  let shared = 0;
  for (let i = 0; i < inputs.length; i++) if (bufferOf(inputs[i]!) === target) shared |= 1 << i;
  return shared;
}
