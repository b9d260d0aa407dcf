import type { Kernels, Literal, MapPlan, ScalarKernel, View } from '@taimatsu/core/backend';
import type { Along } from '../codegen/access.ts';
import { defineFlat, defineNested } from '../codegen/map.ts';
import { describe, OUTER } from '../codegen/nest.ts';
import { operandsRead } from '../codegen/operands.ts';
import { type Call, compile, operandOf, type Runtime, scalarArgument } from '../runtime.ts';

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

/** Small launches are the most frequent: those of one and two operands build nothing. */
function flatRunner(runtime: Runtime, kernel: ScalarKernel): Runner {
  const { memory } = runtime;
  const read = operandsRead(kernel.body);
  const call = compile(runtime, (module) => defineFlat(module, kernel));
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
    describe(memory.i32, OUTER, plan, 1, operands);
    if (params.length === 0) call();
    else call(...kernel.params.map((dtype, i) => scalarArgument(params[i]!, dtype)));
  };
}
