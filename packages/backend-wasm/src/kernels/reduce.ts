import {
  type Kernels,
  type Literal,
  load,
  type ReduceKernel,
  type ReducePlan,
  reduceKernel,
  type Strides,
  type View,
} from '@taimatsu/core/backend';
import { itemsize } from '../codegen/access.ts';
import { describe, INNER, OUTER } from '../codegen/nest.ts';
import { operandsRead } from '../codegen/operands.ts';
import { defineReduce, laneSpec } from '../codegen/reduce.ts';
import { type Call, compile, operandOf, type Runtime, scalarArgument } from '../runtime.ts';
import { eachOuter } from './outer.ts';
import { defineColumns, defineRows, type ReduceSpec } from './reduce/index.ts';
import { Windows } from './windows.ts';

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
    const { way, splat } = spec === undefined ? general : shapeOf(plan, read);
    const call = callOf(runtime, kernel, known, way, splat);
    memory.clock++;
    if (way === 'rows' && read.length === 1 && plan.outer.shape.length === 1 && params.length === 0) {
      runSimpleRows(runtime, call, plan, out, inputs[read[0]!]!, read[0]!);
      return;
    }
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

/** Reduces the innermost dimension, then what is left of the others. */
function inStages(
  { memory }: Runtime,
  reduce: Kernels['reduce'],
  kernel: ReduceKernel,
  { outer, inner }: ReducePlan,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
): void {
  const { combine, pre, post, output } = kernel;
  const last = inner.shape.length - 1;
  const rest = inner.shape.slice(0, last);
  const count = rest.reduce((a, b) => a * b, 1);
  const size = outer.size * count;
  const shape = [...outer.shape, ...rest];
  const dense: number[] = [];
  for (let d = shape.length - 1, step = 1; d >= 0; d--) {
    dense[d] = step;
    step *= shape[d]!;
  }
  const over = (i: number): Strides => [...outer.strides[i + 1]!, ...inner.strides[i]!.slice(0, last)];
  const buffer = memory.alloc(pre.dtype, size);
  const between: View = { storage: { buffer }, offset: 0, dtype: pre.dtype };
  try {
    const rows = {
      outer: { size, shape, strides: [dense, ...inputs.map((_, i) => over(i))] },
      inner: {
        size: inner.shape[last]!,
        shape: [inner.shape[last]!],
        strides: inner.strides.map((own) => [own[last]!]),
      },
    };
    reduce(reduceKernel(combine, pre, pre.dtype), rows, between, inputs, params);
    const totals = {
      outer: {
        size: outer.size,
        shape: outer.shape,
        strides: [outer.strides[0]!, dense.slice(0, outer.shape.length)],
      },
      inner: { size: count, shape: [count], strides: [[1]] },
    };
    const second = reduceKernel(combine, load(0, pre.dtype), output, () => post);
    reduce(second, totals, out, [between], params);
  } finally {
    memory.free(buffer);
  }
}

type Run = (
  runtime: Runtime,
  call: Call,
  plan: ReducePlan,
  views: readonly View[],
  read: readonly number[],
  scalars: readonly (number | bigint)[],
) => void;

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

const runGeneral: Run = ({ memory }, call, { outer, inner }, views, read, scalars) => {
  const numbers = [0, ...read.map((i) => i + 1)];
  const operands = views.map((view, i) => operandOf(memory, numbers[i]!, view));
  const words = memory.i32;
  describe(words, OUTER, outer, 0, operands);
  const inside = operands.slice(1).map((operand) => ({ ...operand, number: operand.number - 1 }));
  describe(words, INNER, inner, 1, inside);
  call(...scalars);
};

/** Most reductions, without building anything. */
function runSimpleRows(
  { memory }: Runtime,
  call: Call,
  plan: ReducePlan,
  out: View,
  input: View,
  number: number,
): void {
  const { shape, strides } = plan.outer;
  const to = memory.pointer(out);
  const from = memory.pointer(input);
  const outStride = strides[0]![0]! * itemsize(out.dtype);
  call(
    to,
    outStride,
    shape[0]!,
    plan.inner.shape[0]!,
    from,
    strides[number + 1]![0]! * itemsize(input.dtype),
  );
}

const runRows: Run = ({ memory }, call, { outer, inner }, views, read, scalars) => {
  const last = outer.shape.length - 1;
  const rows = outer.shape[last]!;
  const length = inner.shape[0]!;
  const numbers = [0, ...read.map((i) => i + 1)];
  const strides = numbers.map((n, i) => outer.strides[n]![last]! * itemsize(views[i]!.dtype));
  const visit = (pointers: readonly number[]): void => {
    const args: (number | bigint)[] = [pointers[0]!, strides[0]!, rows, length];
    for (let i = 1; i < pointers.length; i++) args.push(pointers[i]!, strides[i]!);
    call(...args, ...scalars);
  };
  eachOuter(memory, outer, views, visit, numbers);
};

const runColumns: Run = ({ memory }, call, { outer, inner }, views, read, scalars) => {
  const last = outer.shape.length - 1;
  const columns = outer.shape[last]!;
  const numbers = [0, ...read.map((i) => i + 1)];
  const strides = read.map((n, i) => inner.strides[n]![0]! * itemsize(views[i + 1]!.dtype));
  const visit = (pointers: readonly number[]): void => {
    const args: (number | bigint)[] = [pointers[0]!, inner.shape[0]!, columns];
    for (let i = 1; i < pointers.length; i++) args.push(pointers[i]!, strides[i - 1]!);
    call(...args, ...scalars);
  };
  eachOuter(memory, outer, views, visit, numbers);
};
