import type { Kernels, Literal, ReduceKernel, ReducePlan, View } from '@taimatsu/core/backend';
import { itemsize } from '../codegen/access.ts';
import { operandsRead } from '../codegen/operands.ts';
import { defineReduce, laneSpec } from '../codegen/reduce.ts';
import { type Call, compile, operandOf, type Runtime, scalarArgument } from '../runtime.ts';
import { runNested } from './nested.ts';
import { runOuter } from './outer.ts';
import {
  BLOCK,
  defineColumns,
  defineRows,
  inBlocks,
  inStages,
  type ReduceSpec,
  Windows,
} from './reduce/index.ts';

type Way = 'rows' | 'columns' | 'general';

/** What a kernel is compiled for: a way, and which operands have one element for all of a row of memory. */
interface Shape {
  readonly way: Way;
  readonly splat: number;
}

/** The compiled forms of one kernel. */
interface Compiled {
  readonly read: readonly number[];
  readonly spec: ReduceSpec | undefined;
  /** Undefined where windows cannot be done in lanes. */
  readonly windows: Windows | undefined;
  /** By way, and by which operands do not move along a row of memory. */
  readonly calls: Map<number, Call>;
}

export function makeReduce(runtime: Runtime): Kernels['reduce'] {
  const { memory } = runtime;
  const kernels: (Compiled | undefined)[] = [];
  const compiled = (kernel: ReduceKernel): Compiled => {
    while (kernels.length < kernel.id) kernels.push(undefined);
    const spec = laneSpec(kernel);
    const windows = Windows.of(runtime, kernel, spec);
    const made = { read: operandsRead(kernel.pre), spec, windows, calls: new Map() };
    kernels[kernel.id] = made;
    return made;
  };
  const reduce: Kernels['reduce'] = (kernel, plan, out, inputs, params) => {
    const known = kernels[kernel.id] ?? compiled(kernel);
    const { read, spec } = known;
    if (spec !== undefined && hasLongRows(plan, read)) {
      inStages(runtime, reduce, kernel, plan, out, inputs, params);
      return;
    }
    if (known.windows?.fit(plan) === true) {
      known.windows.run(plan, out, inputs[0]!, params);
      return;
    }
    if (spec !== undefined && read.length === 1 && params.length <= 1 && isSimple(plan, read[0]!)) {
      const call = callOf(runtime, kernel, known, 'rows', 0);
      memory.clock++;
      runSimpleRows(runtime, call, kernel, plan, out, inputs[read[0]!]!, read[0]!, params);
      return;
    }
    const { way, splat } = spec === undefined ? general : shapeOf(plan, read);
    if (way !== 'general' && isLong(plan, way)) {
      inBlocks(runtime, reduce, kernel, plan, way, out, inputs, params);
      return;
    }
    const call = callOf(runtime, kernel, known, way, splat);
    memory.clock++;
    const views = [out, ...read.map((i) => inputs[i]!)];
    const scalars = kernel.params.map((dtype, i) => scalarArgument(params[i]!, dtype));
    if (way === 'general') runGeneral(runtime, call, plan, views, read, scalars);
    else if (way === 'rows') runRows(runtime, call, plan, views, read, scalars);
    else runColumns(runtime, call, plan, views, read, scalars);
  };
  return reduce;
}

function callOf(
  runtime: Runtime,
  kernel: ReduceKernel,
  { read, spec, calls }: Compiled,
  way: Way,
  splat: number,
): Call {
  const key = ways.indexOf(way) + ways.length * splat;
  let call = calls.get(key);
  if (call === undefined) {
    call = compile(runtime, (module) => {
      if (way === 'general') defineReduce(module, kernel);
      else {
        const whole = { ...spec!, splat: read.map((_, i) => (splat & (1 << i)) !== 0) };
        (way === 'columns' ? defineColumns : defineRows)(module, 'run', whole);
      }
    });
    calls.set(key, call);
  }
  return call;
}

const LONG_ROW = 32;

/** Several dimensions are reduced, the innermost of them contiguous and long: worth an intermediate result. */
function hasLongRows({ inner }: ReducePlan, read: readonly number[]): boolean {
  const last = inner.shape.length - 1;
  if (last < 1 || inner.shape[last]! < LONG_ROW) return false;
  return isRow(read.map((i) => inner.strides[i]![last]!));
}

/** One row or a few, or few columns: to be reduced block by block, so that threads can share it. */
function isLong({ outer, inner }: ReducePlan, way: 'rows' | 'columns'): boolean {
  const length = inner.shape[0]!;
  return way === 'rows'
    ? outer.size <= 8 && length >= 4 * BLOCK.rows
    : outer.size < 256 && length >= 4 * BLOCK.columns;
}

type Run = (
  runtime: Runtime,
  call: Call,
  plan: ReducePlan,
  views: readonly View[],
  read: readonly number[],
  scalars: readonly (number | bigint)[],
) => void;

/** Nanoseconds an element, about. */
const COST = 0.08;

const ways: readonly Way[] = ['general', 'rows', 'columns'];
const general: Shape = { way: 'general', splat: 0 };

/** Rows where the elements of one result lie side by side, columns where those of neighbouring results do. */
function shapeOf({ outer, inner }: ReducePlan, read: readonly number[]): Shape {
  if (inner.shape.length > 1) return general;
  const along = read.map((i) => inner.strides[i]![0]!);
  if (isRow(along)) return { way: 'rows', splat: splatsOf(along) };
  const last = outer.shape.length - 1;
  const across = read.map((i) => outer.strides[i + 1]![last]!);
  if (outer.strides[0]![last] !== 1 || !isRow(across)) return general;
  return { way: 'columns', splat: splatsOf(across) };
}

/** Elements one after another for at least one operand, and none further apart. */
function isRow(strides: readonly number[]): boolean {
  return strides.includes(1) && strides.every((stride) => stride === 0 || stride === 1);
}

function splatsOf(strides: readonly number[]): number {
  return strides.reduce<number>((mask, stride, i) => (stride === 0 ? mask | (1 << i) : mask), 0);
}

const runGeneral: Run = (runtime, call, { outer, inner }, views, read, scalars) => {
  const { memory } = runtime;
  const numbers = [0, ...read.map((i) => i + 1)];
  const operands = views.map((view, i) => operandOf(memory, numbers[i]!, view));
  const inside = operands.slice(1).map((operand) => ({ ...operand, number: operand.number - 1 }));
  runNested(
    runtime,
    call,
    { loops: outer, walked: 0, operands },
    {
      inner: { loops: inner, walked: 1, operands: inside },
      args: () => scalars,
      work: outer.size * inner.size * 2,
    },
  );
};

/** Rows a stride apart that are not worth sharing: most reductions. */
function isSimple({ outer, inner }: ReducePlan, number: number): boolean {
  if (outer.shape.length !== 1 || inner.shape.length !== 1 || inner.strides[number]![0] !== 1) return false;
  return outer.size * inner.size < 1e5;
}

/** Builds nothing. */
function runSimpleRows(
  { memory }: Runtime,
  call: Call,
  kernel: ReduceKernel,
  plan: ReducePlan,
  out: View,
  input: View,
  number: number,
  params: readonly Literal[],
): void {
  const { shape, strides } = plan.outer;
  const to = memory.pointer(out);
  const from = memory.pointer(input);
  const outStride = strides[0]![0]! * itemsize(out.dtype);
  const rowStride = strides[number + 1]![0]! * itemsize(input.dtype);
  const length = plan.inner.shape[0]!;
  if (params.length === 0) call(to, outStride, shape[0]!, length, from, rowStride);
  else call(to, outStride, shape[0]!, length, from, rowStride, scalarArgument(params[0]!, kernel.params[0]!));
}

const runRows: Run = (runtime, call, { outer, inner }, views, read, scalars) => {
  const last = outer.shape.length - 1;
  const length = inner.shape[0]!;
  const numbers = [0, ...read.map((i) => i + 1)];
  const strides = numbers.map((n, i) => outer.strides[n]![last]! * itemsize(views[i]!.dtype));
  const args = (pointers: readonly number[], rows: number): readonly (number | bigint)[] => {
    const list: (number | bigint)[] = [pointers[0]!, strides[0]!, rows, length];
    for (let i = 1; i < pointers.length; i++) list.push(pointers[i]!, strides[i]!);
    return [...list, ...scalars];
  };
  runOuter(runtime, call, outer, views, args, { numbers, work: outer.size * length * COST });
};

const runColumns: Run = (runtime, call, { outer, inner }, views, read, scalars) => {
  const numbers = [0, ...read.map((i) => i + 1)];
  const strides = read.map((n, i) => inner.strides[n]![0]! * itemsize(views[i + 1]!.dtype));
  const args = (pointers: readonly number[], columns: number): readonly (number | bigint)[] => {
    const list: (number | bigint)[] = [pointers[0]!, inner.shape[0]!, columns];
    for (let i = 1; i < pointers.length; i++) list.push(pointers[i]!, strides[i - 1]!);
    return [...list, ...scalars];
  };
  // A strip of columns is 32 wide.
  const work = outer.size * inner.shape[0]! * COST;
  runOuter(runtime, call, outer, views, args, { numbers, work, grain: 32 });
};
