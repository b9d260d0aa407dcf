/** Depth, height, width; a convolution of fewer dimensions has ones in front. */
export type Triple = readonly [number, number, number];

export interface ConvGeometry {
  readonly batch: number;
  readonly groups: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
  /** What the input's size gives, if left out; may be smaller or larger than that. */
  readonly output?: Triple;
}

export const volume: (size: Triple) => number = ([d, h, w]) => d * h * w;

const each = (f: (axis: 0 | 1 | 2) => number): Triple => [f(0), f(1), f(2)];

/** How far the kernel reaches, less one. */
export const reach: (g: ConvGeometry) => Triple = (g) => each((i) => g.dilation[i] * (g.kernel[i] - 1));

export function outputSize(g: ConvGeometry): Triple {
  if (g.output !== undefined) return g.output;
  const far = reach(g);
  return each((i) => Math.floor((g.input[i] + 2 * g.padding[i] - far[i] - 1) / g.stride[i]) + 1);
}

/** An image (one sample, one group) with margins, as the gathering of patches sees it. */
export interface Frame {
  readonly size: Triple;
  /** Where the image's first element lies; negative if its edge is cut off. */
  readonly origin: Triple;
}

/** As much of the input, with its padding, as the output sees. */
export function inputFrame(g: ConvGeometry): Frame {
  const far = reach(g);
  const output = outputSize(g);
  const size = each((i) => (output[i] - 1) * g.stride[i] + far[i] + 1);
  return { size, origin: g.padding };
}

/** Elements of an input gradient along one axis that are a stride apart: the same taps reach all of them. */
export interface AxisPhase {
  /** The first of them, and how many there are. */
  readonly start: number;
  readonly count: number;
  /** The last tap that reaches them, the distance to the one before, and how many there are. */
  readonly tap: number;
  readonly step: number;
  readonly taps: number;
  /** Where in the output gradient the last tap finds the first element, and how far on each tap before it looks. */
  readonly origin: number;
  readonly advance: number;
}

function axisPhases(g: ConvGeometry, axis: 0 | 1 | 2): AxisPhase[] {
  const [stride, dilation, kernel] = [g.stride[axis], g.dilation[axis], g.kernel[axis]];
  return Array.from({ length: Math.min(stride, g.input[axis]) }, (_, start) => {
    const at = (tap: number): number => start + g.padding[axis] - tap * dilation;
    const reaching = Array.from({ length: kernel }, (__, k) => k).filter((k) => at(k) % stride === 0);
    const [first = 0, second = first + 1] = reaching;
    const tap = reaching.at(-1) ?? 0;
    return {
      start,
      count: Math.ceil((g.input[axis] - start) / stride),
      tap,
      step: second - first,
      taps: reaching.length,
      origin: Math.trunc(at(tap) / stride),
      advance: Math.trunc(((second - first) * dilation) / stride),
    };
  });
}

/** A class of elements of an input gradient: the convolution of stride 1 that they are. */
export type Phase = readonly [AxisPhase, AxisPhase, AxisPhase];

/** The classes that any tap reaches; with a stride of 1 there is but one. */
export function phasesOf(g: ConvGeometry): Phase[] {
  const [depths, rows, columns] = [axisPhases(g, 0), axisPhases(g, 1), axisPhases(g, 2)];
  return depths
    .flatMap((d) => rows.flatMap((h) => columns.map((w): Phase => [d, h, w])))
    .filter((phase) => phase.every(({ taps }) => taps > 0));
}

/** As much of the output gradient, with margins, as the input gradient sees. */
export function gradientFrame(g: ConvGeometry): Frame {
  const output = outputSize(g);
  const axes = ([0, 1, 2] as const).map((axis) => {
    const phases = axisPhases(g, axis).filter(({ taps }) => taps > 0);
    const first = Math.min(0, ...phases.map(({ origin }) => origin));
    const last = phases.map(({ origin, advance, count, taps }) => origin + (taps - 1) * advance + count - 1);
    return { origin: -first, size: Math.max(output[axis], ...last.map((n) => n + 1)) - first };
  });
  return { size: each((i) => axes[i]!.size), origin: each((i) => axes[i]!.origin) };
}

/** How many elements a class has along each axis. */
export const countsOf = ([d, h, w]: Phase): Triple => [d.count, h.count, w.count];

/** As many elements as any class has along each axis. */
export const largestPhase = (g: ConvGeometry): Triple => each((i) => Math.ceil(g.input[i] / g.stride[i]));

/** Bytes between channels, slices, rows and elements. */
export type FrameStrides = readonly [number, number, number, number];

/** Byte offsets of `count` points a step apart along each axis, last axis fastest; returns where they end. */
export function fillOffsets(
  to: Int32Array,
  at: number,
  first: number,
  count: Triple,
  step: Triple,
  [, sd, sh, sw]: FrameStrides,
): number {
  let next = at;
  for (let d = 0; d < count[0]; d++) {
    for (let h = 0; h < count[1]; h++) {
      const line = first + d * step[0] * sd + h * step[1] * sh;
      for (let w = 0; w < count[2]; w++) to[next++] = line + w * step[2] * sw;
    }
  }
  return next;
}

/** The same for every channel. */
export function fillTaps(
  to: Int32Array,
  at: number,
  channels: number,
  first: number,
  count: Triple,
  step: Triple,
  strides: FrameStrides,
): number {
  let next = at;
  for (let c = 0; c < channels; c++) {
    next = fillOffsets(to, next, first + c * strides[0], count, step, strides);
  }
  return next;
}
