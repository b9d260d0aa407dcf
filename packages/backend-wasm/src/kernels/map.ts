import {
  dtypeInfo,
  type Kernels,
  type Literal,
  type MapPlan,
  type ScalarKernel,
  type View,
} from '@taimatsu/core/backend';
import type { Along } from '../codegen/access.ts';
import { defineFlat, defineNested, familyOf } from '../codegen/map.ts';
import { describe, OUTER } from '../codegen/nest.ts';
import { operandsRead } from '../codegen/operands.ts';
import { type Call, compile, operandOf, type Runtime, scalarArgument } from '../runtime.ts';
import { OWN, Piece } from '../threads/index.ts';
import { costOf } from './cost.ts';
import { runNested } from './nested.ts';

type Runner = (plan: MapPlan, out: View, inputs: readonly View[], params: readonly Literal[]) => void;

export function makeMap(runtime: Runtime): Kernels['map'] {
  const flat: (Runner | undefined)[] = [];
  const nested: (Runner | undefined)[] = [];
  return (kernel, plan, out, inputs, params) => {
    const runners = plan.flat ? flat : nested;
    let run = runners[kernel.id];
    if (run === undefined) {
      while (runners.length < kernel.id) runners.push(undefined);
      run = plan.flat ? flatRunner(runtime, kernel) : nestedRunner(runtime, kernel);
      runners[kernel.id] = run;
    }
    runtime.memory.clock++;
    run(plan, out, inputs, params);
  };
}

/** Elements up to which no launch is worth sharing. */
const FEW = 16384;

function flatRunner(runtime: Runtime, kernel: ScalarKernel): Runner {
  const read = operandsRead(kernel.body);
  const call = compile(runtime, (module) => defineFlat(module, kernel));
  const alone = flatAlone(runtime, kernel, read, call);
  if (kernel.positional || !runtime.target.shared) return alone;
  const cost = costOf(kernel.body, familyOf(kernel));
  return (plan, out, inputs, params) => {
    // What is done in place has to be saved before: that does not pay where little is done.
    if (plan.size > FEW && (cost > SAVING || !inPlace(out, inputs, read))) {
      const crew = runtime.threads.countFor(plan.size * cost);
      if (crew > 1) {
        flatShared(runtime, kernel, read, call, crew, plan.size, out, inputs, params);
        return;
      }
    }
    alone(plan, out, inputs, params);
  };
}

/** Nanoseconds an element above which saving it is nothing. */
const SAVING = 0.5;

function inPlace(out: View, inputs: readonly View[], read: readonly number[]): boolean {
  return read.some((i) => inputs[i]!.storage.buffer === out.storage.buffer);
}

/** Elements of a piece, by which addresses stay multiples of a vector. */
const GRAIN = 64;

function flatShared(
  { memory, threads }: Runtime,
  kernel: ScalarKernel,
  read: readonly number[],
  call: Call,
  crew: number,
  size: number,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
): void {
  const views = [out, ...read.map((i) => inputs[i]!)];
  const at = views.map((view) => memory.pointer(view));
  const steps = views.map(({ dtype }) => dtypeInfo[dtype].itemsize);
  const scalars = kernel.params.map((dtype, i) => scalarArgument(params[i]!, dtype));
  const length = Math.ceil(Math.max(FEW, size / (4 * crew)) / GRAIN) * GRAIN;
  const saving = inPlace(out, inputs, read);
  const room = saving ? length * steps[0]! : 0;
  memory.scratch(room * crew, (scratch) => {
    const job = threads.job(scratch, room);
    for (let start = 0; start < size; start += length) {
      const count = Math.min(length, size - start);
      const pointers = at.map((pointer, i) => pointer + start * steps[i]!);
      const guard = saving ? { at: pointers[0]!, bytes: count * steps[0]!, save: OWN } : undefined;
      job.add(new Piece(guard).call(call, count, ...pointers, ...scalars));
    }
    job.run();
  });
}

/** Small launches are the most frequent: those of one and two operands build nothing. */
function flatAlone(runtime: Runtime, kernel: ScalarKernel, read: readonly number[], call: Call): Runner {
  const { memory } = runtime;
  const [a, b] = read;
  const [first] = kernel.params;
  if (kernel.params.length === 0 && a !== undefined) {
    if (read.length === 1) {
      return (plan, out, inputs) => {
        call(plan.size, memory.pointer(out), memory.pointer(inputs[a]!));
      };
    }
    if (read.length === 2 && b !== undefined) {
      return (plan, out, inputs) => {
        call(plan.size, memory.pointer(out), memory.pointer(inputs[a]!), memory.pointer(inputs[b]!));
      };
    }
  }
  if (kernel.params.length === 1 && first !== undefined && read.length === 1 && a !== undefined) {
    return (plan, out, inputs, params) => {
      const scalar = scalarArgument(params[0]!, first);
      call(plan.size, memory.pointer(out), memory.pointer(inputs[a]!), scalar);
    };
  }
  return (plan, out, inputs, params) => {
    call(
      plan.size,
      memory.pointer(out),
      ...read.map((i) => memory.pointer(inputs[i]!)),
      ...kernel.params.map((dtype, i) => scalarArgument(params[i]!, dtype)),
    );
  };
}

/** How each operand lies along the inner loop, in base 3: the class of layouts that code is made for. */
function classOf(plan: MapPlan, numbers: readonly number[]): number {
  const last = plan.shape.length - 1;
  let key = 0;
  for (const number of numbers) {
    const stride = plan.strides[number]![last]!;
    key = key * 3 + (stride === 1 ? 0 : stride === 0 && number > 0 ? 1 : 2);
  }
  return key;
}

const kinds: readonly Along[] = ['unit', 'splat', 'stride'];

function layoutOf(key: number, count: number): Along[] {
  const along: Along[] = [];
  for (let i = 0, rest = key; i < count; i++, rest = Math.floor(rest / 3)) along.unshift(kinds[rest % 3]!);
  // Where one operand has a stride, code for it serves all.
  return along.includes('stride') ? along.map(() => 'stride') : along;
}

function nestedRunner(runtime: Runtime, kernel: ScalarKernel): Runner {
  const { memory } = runtime;
  const read = operandsRead(kernel.body);
  const numbers = [0, ...read.map((i) => i + 1)];
  const calls = new Map<number, Call>();
  const cost = 2 * costOf(kernel.body, familyOf(kernel));
  const strided = 3 ** numbers.length - 1;
  return (plan, out, inputs, params) => {
    const along = classOf(plan, numbers);
    let call = calls.get(along);
    if (call === undefined) {
      const layout = layoutOf(along, numbers.length);
      const general = layout.includes('stride');
      call =
        (general ? calls.get(strided) : undefined) ??
        compile(runtime, (module) => defineNested(module, kernel, layout));
      calls.set(along, call);
      if (general) calls.set(strided, call);
    }
    const operands = numbers.map((number) =>
      operandOf(memory, number, number === 0 ? out : inputs[number - 1]!),
    );
    const scalars = kernel.params.map((dtype, i) => scalarArgument(params[i]!, dtype));
    // What is done in place is not shared: it could not be done again.
    if (
      plan.size > FEW &&
      !kernel.positional &&
      operands.every(({ pointer }, i) => i === 0 || pointer !== operands[0]!.pointer)
    ) {
      const walk = { loops: plan, walked: 1, operands } as const;
      runNested(runtime, call, walk, { args: () => scalars, work: plan.size * cost });
      return;
    }
    describe(memory.i32, OUTER, plan, 1, operands);
    if (scalars.length === 0) call(OUTER);
    else call(OUTER, ...scalars);
  };
}
