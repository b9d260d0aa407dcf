import type { Loops } from '@taimatsu/core/backend';
import { describe, descriptorBytes, INNER, type Operand, OUTER } from '../codegen/nest.ts';
import type { Call, Runtime } from '../runtime.ts';
import { OWN, Piece } from '../threads/index.ts';

/** Loops that generated code reads from memory. `walked` as for {@link describe}. */
export interface Walk {
  readonly loops: Loops;
  readonly walked: 0 | 1;
  readonly operands: readonly Operand[];
}

/** What a launch of such code takes besides. */
export interface NestedLaunch {
  /** Loops within the loops, for code that reads two descriptors. */
  readonly inner?: Walk;
  /** What follows the descriptors' addresses; `scratch` is where the thread's own memory is. */
  args(scratch: number): readonly (number | bigint)[];
  /** Bytes of scratch memory that each thread needs. */
  readonly scratch?: number;
  /** Nanoseconds that it takes one thread, about. */
  readonly work: number;
  /** Dimensions along which no two iterations write the same element; all unless given. */
  readonly separate?: (dim: number) => boolean;
}

/** Runs code over described loops, on several threads where that pays; the calls' results or'ed together. */
export function runNested(runtime: Runtime, call: Call, outer: Walk, launch: NestedLaunch): number {
  const { memory, threads } = runtime;
  const { inner, args, scratch = 0, work, separate } = launch;
  const crew = threads.countFor(work);
  const dim = crew > 1 ? longest(outer.loops, 4 * crew, separate) : -1;
  if (dim >= 0) return shared(runtime, call, outer, launch, crew, dim);
  const alone = (own: number): number => {
    describe(memory.i32, OUTER, outer.loops, outer.walked, outer.operands);
    if (inner === undefined) return call(OUTER, ...args(own));
    describe(memory.i32, INNER, inner.loops, inner.walked, inner.operands);
    return call(OUTER, INNER, ...args(own));
  };
  return scratch > 0 ? memory.scratch(scratch, alone) : alone(0);
}

function shared(
  { memory, threads }: Runtime,
  call: Call,
  { loops, walked, operands }: Walk,
  { inner, args, scratch = 0 }: NestedLaunch,
  crew: number,
  dim: number,
): number {
  const parts = Math.min(loops.shape[dim]!, 4 * crew);
  const own = (scratch + 15) & -16;
  const bytes = descriptorBytes(loops, operands.length);
  const both = inner === undefined ? bytes : bytes + descriptorBytes(inner.loops, inner.operands.length);
  return memory.scratch(crew * own + parts * both, (at) => {
    const job = threads.job(at, own);
    for (let part = 0; part < parts; part++) {
      const descriptor = at + crew * own + part * both;
      const cut = partOf(loops, operands, dim, part, parts);
      describe(memory.i32, descriptor, cut.loops, walked, cut.operands);
      if (inner === undefined) {
        const piece = new Piece();
        if (scratch > 0) job.add(piece.callOwn(call, descriptor, ...args(OWN)));
        else job.add(piece.call(call, descriptor, ...args(0)));
      } else {
        describe(memory.i32, descriptor + bytes, inner.loops, inner.walked, inner.operands);
        job.add(new Piece().call(call, descriptor, descriptor + bytes, ...args(0)));
      }
    }
    return job.run();
  });
}

/** The first dimension that is long enough for as many parts, else the longest; -1 if none can be cut. */
function longest({ shape }: Loops, parts: number, separate: (dim: number) => boolean = () => true): number {
  let best = -1;
  for (let d = 0; d < shape.length; d++) {
    if (shape[d]! < 2 || !separate(d)) continue;
    if (shape[d]! >= parts) return d;
    if (best < 0 || shape[d]! > shape[best]!) best = d;
  }
  return best;
}

function partOf(
  { shape, strides, size }: Loops,
  operands: readonly Operand[],
  dim: number,
  part: number,
  parts: number,
): { readonly loops: Loops; readonly operands: readonly Operand[] } {
  const whole = shape[dim]!;
  const start = Math.floor((whole * part) / parts);
  const length = Math.floor((whole * (part + 1)) / parts) - start;
  return {
    loops: { size: (size / whole) * length, shape: shape.with(dim, length), strides },
    operands: operands.map((operand) => ({
      ...operand,
      pointer: operand.pointer + start * strides[operand.number]![dim]! * operand.itemsize,
    })),
  };
}
