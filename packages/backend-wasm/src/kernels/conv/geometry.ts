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
  /** Distance of neighbouring elements; more than 1 leaves zeros between them. */
  readonly spread: Triple;
}

/** As much of the input, with its padding, as the output sees. */
export function inputFrame(g: ConvGeometry): Frame {
  const far = reach(g);
  const output = outputSize(g);
  const size = each((i) => (output[i] - 1) * g.stride[i] + far[i] + 1);
  return { size, origin: g.padding, spread: [1, 1, 1] };
}

/** The output gradient, spread out by the stride, so that the input gradient is a convolution of stride 1 over it. */
export function gradientFrame(g: ConvGeometry): Frame {
  const far = reach(g);
  return {
    size: each((i) => g.input[i] + far[i]),
    origin: each((i) => far[i] - g.padding[i]),
    spread: g.stride,
  };
}

/** Byte offsets of `count` points a step apart along each axis, last axis fastest. */
export function fillOffsets(to: Int32Array, at: number, count: Triple, step: Triple, pitch: Triple): number {
  let next = at;
  for (let d = 0; d < count[0]; d++) {
    for (let h = 0; h < count[1]; h++) {
      const line = d * step[0] * pitch[0] + h * step[1] * pitch[1];
      for (let w = 0; w < count[2]; w++) to[next++] = line + w * step[2] * pitch[2];
    }
  }
  return next;
}
