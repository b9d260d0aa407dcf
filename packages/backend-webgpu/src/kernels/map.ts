import type { Kernels, MapPlan, ScalarKernel, View } from '@taimatsu/core/backend';
import { pushScalars } from '../codegen/expression.ts';
import { type Inputs, type MapText, stridedMapText, wideMapText } from '../codegen/map.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';
import { LineMaps } from './line-maps.ts';
import { bufferOf, checkRank } from './operands.ts';

interface Compiled {
  readonly program: Program;
  readonly text: MapText;
}

/** What a kernel is written for: how many loops walk its operands, which inputs are in the output's buffer, and how it takes four. */
interface Layout {
  readonly rank: number;
  readonly shared: Inputs;
  /** The inputs that are repeated along the last loop; undefined where elements are taken one by one. */
  readonly repeated: Inputs | undefined;
}

/** Kernels by layout; null for those that have no form for four. */
type Classes = Map<number, Compiled | null>;

export function makeMap(queue: Queue): Kernels['map'] {
  const lines = new LineMaps(queue);
  queue.waiting = lines;
  const compiled: (Classes | undefined)[] = [];

  const of = (kernel: ScalarKernel, { rank, shared, repeated }: Layout): Compiled | null => {
    compiled[kernel.id] ??= new Map();
    const classes = compiled[kernel.id]!;
    const key = ((repeated === undefined ? 0 : repeated + 1) * 1024 + shared) * 16 + rank;
    let known = classes.get(key);
    if (known === undefined) {
      const text =
        repeated === undefined
          ? stridedMapText(kernel, shared, rank)
          : wideMapText(kernel, shared, rank, repeated);
      known = text === undefined ? null : { program: queue.compile(text), text };
      classes.set(key, known);
    }
    return known;
  };

  return (kernel, plan, out, inputs, params) => {
    if (lines.add(kernel, plan, out, inputs, params)) return;
    const target = bufferOf(out);
    const rank = plan.shape.length;
    checkRank(queue, rank);
    const shared = sharedInputs(target, inputs);
    const repeated = repeatedInFours(plan, out, inputs);
    const wide = repeated === undefined ? null : of(kernel, { rank, shared, repeated });
    const { program, text } = wide ?? of(kernel, { rank, shared, repeated: undefined })!;
    const words = queue.begin();
    pushScalars(words, kernel.params, params);
    const size = wide === null ? plan.size : plan.size / 4;
    words.int(size).int(out.offset);
    for (const input of text.reads) words.int(inputs[input]!.offset);
    const operands = [0, ...text.reads.map((input) => input + 1)];
    words.nest(wide === null ? plan : inFours(plan), operands);
    const buffers = [target, ...text.bound.map((input) => bufferOf(inputs[input]!))];
    queue.runEach(program, buffers, size);
  };
}

function sharedInputs(target: object, inputs: readonly View[]): Inputs {
  let shared = 0;
  for (let i = 0; i < inputs.length; i++) if (bufferOf(inputs[i]!) === target) shared |= 1 << i;
  return shared;
}

/**
 * Where all operands can be taken four neighbours at a time, along the last loop, the inputs of which it is one element four times.
 * Undefined elsewhere.
 */
function repeatedInFours(
  { shape, strides }: MapPlan,
  out: View,
  inputs: readonly View[],
): Inputs | undefined {
  const last = shape.length - 1;
  if (shape[last]! % 4 !== 0 || inputs.length > 8) return undefined;
  if (!isInFours(strides[0]!, out.offset)) return undefined;
  let repeated = 0;
  for (let i = 0; i < inputs.length; i++) {
    const own = strides[i + 1]!;
    if (own[last] === 0) repeated |= 1 << i;
    else if (!isInFours(own, inputs[i]!.offset)) return undefined;
  }
  return repeated;
}

function isInFours(strides: readonly number[], offset: number): boolean {
  const last = strides.length - 1;
  if (strides[last] !== 1 || offset % 4 !== 0) return false;
  for (let d = 0; d < last; d++) if (strides[d]! % 4 !== 0) return false;
  return true;
}

/** The loops whose last one counts by fours. */
function inFours({ shape, strides, size }: MapPlan): Pick<MapPlan, 'shape' | 'strides' | 'size'> {
  const last = shape.length - 1;
  return {
    size,
    shape: shape.with(last, shape[last]! / 4),
    strides: strides.map((own) => own.with(last, own[last]! * 4)),
  };
}
