import {
  type ConvMode,
  type ConvPlan,
  type DType,
  dtypeInfo,
  flatMapPlan,
  type Kernels,
  load,
  scalarKernel,
  type View,
} from '@taimatsu/core/backend';
import type { Runtime } from '../runtime.ts';
import { Conv, type ConvCall, type ConvGeometry, type ImageView, type Triple } from './conv/index.ts';
import type { ElementName } from './matmul/index.ts';

const elements: { readonly [dtype: string]: ElementName } = {
  float32: 'f32',
  float64: 'f64',
  int32: 'i32',
  int64: 'i64',
};

export function makeConv(runtime: Runtime, map: Kernels['map']): Kernels['conv'] {
  const made: { [K in ElementName]?: Conv } = {};
  const convOf = (element: ElementName): Conv => {
    made[element] ??= new Conv(runtime.memory.wasm, runtime.target, element);
    return made[element];
  };
  return (mode, plan, out, a, b) => {
    const element = elements[out.dtype];
    if (element !== undefined) run(runtime, convOf(element), mode, plan, out, a, b);
    else {
      const wide = dtypeInfo[out.dtype].category === 'float' ? 'float32' : 'int32';
      converted(runtime, map, wide, plan, mode, [out, a, b], (x, y, z) =>
        run(runtime, convOf(elements[wide]!), mode, plan, x, y, z),
      );
    }
  };
}

/** Nanoseconds that a convolution takes one thread, about. */
function cost(plan: ConvPlan, bytes: number): number {
  const { batch, groups, inChannels, outChannels, kernel, output } = plan;
  return batch * groups * inChannels * outChannels * volume(kernel) * volume(output) * bytes * 0.015;
}

function run(
  { memory, threads }: Runtime,
  conv: Conv,
  mode: ConvMode,
  plan: ConvPlan,
  out: View,
  a: View,
  b: View,
): void {
  const geometry = geometryOf(plan);
  const { inChannels, outChannels } = geometry;
  memory.clock++;
  const [to, x, y] = [memory.pointer(out), memory.pointer(a), memory.pointer(b)];
  if (terms(mode, plan) === 0) {
    memory.u8.fill(0, to, to + sizesOf(mode, plan)[0] * dtypeInfo[out.dtype].itemsize);
    return;
  }
  const crew = threads.countFor(cost(plan, dtypeInfo[out.dtype].itemsize));
  memory.scratch(conv.scratchBytes(geometry, crew), (scratch) => {
    const call: ConvCall = { geometry, scratch, ...(crew > 1 && { cut: { pool: threads, crew } }) };
    if (mode === 'forward') conv.forward(call, image(x, inChannels, plan.input), y, to);
    else if (mode === 'input') conv.inputGradient(call, image(x, outChannels, plan.output), y, to);
    else conv.weightGradient(call, image(x, inChannels, plan.input), y, to);
  });
}

function geometryOf(plan: ConvPlan): ConvGeometry {
  const { groups, inChannels, outChannels } = plan;
  return { ...plan, inChannels: groups * inChannels, outChannels: groups * outChannels };
}

function image(pointer: number, channels: number, [d, h, w]: Triple): ImageView {
  return { pointer, strides: [channels * d * h * w, d * h * w, h * w, w, 1] };
}

const volume = ([d, h, w]: Triple): number => d * h * w;

/** How many products an element of the result is the sum of, at most. */
function terms(mode: ConvMode, plan: ConvPlan): number {
  const { batch, inChannels, outChannels, input, kernel, output } = plan;
  if (mode === 'weight') return batch * volume(output) * volume(input);
  return (mode === 'forward' ? inChannels * volume(input) : outChannels * volume(output)) * volume(kernel);
}

/** Elements of out, a and b. */
function sizesOf(mode: ConvMode, plan: ConvPlan): readonly [number, number, number] {
  const { batch, groups, inChannels, outChannels } = plan;
  const input = batch * groups * inChannels * volume(plan.input);
  const weight = groups * outChannels * inChannels * volume(plan.kernel);
  const output = batch * groups * outChannels * volume(plan.output);
  if (mode === 'forward') return [output, input, weight];
  return mode === 'input' ? [input, output, weight] : [weight, input, output];
}

/** Convolutions of other dtypes, by way of one that has lanes. */
function converted(
  { memory }: Runtime,
  map: Kernels['map'],
  wide: DType,
  plan: ConvPlan,
  mode: ConvMode,
  views: readonly [View, View, View],
  use: (out: View, a: View, b: View) => void,
): void {
  const sizes = sizesOf(mode, plan);
  const buffers = sizes.map((size) => memory.alloc(wide, size));
  const wideViews = buffers.map((buffer): View => ({ storage: { buffer }, offset: 0, dtype: wide }));
  const move = (to: View, from: View, size: number): void => {
    if (size > 0) map(scalarKernel(load(0, from.dtype), to.dtype), flatMapPlan(size, 2), to, [from], []);
  };
  try {
    const [out, a, b] = wideViews as [View, View, View];
    move(a, views[1], sizes[1]);
    move(b, views[2], sizes[2]);
    use(out, a, b);
    move(views[0], out, sizes[0]);
  } finally {
    for (const buffer of buffers) memory.free(buffer);
  }
}
