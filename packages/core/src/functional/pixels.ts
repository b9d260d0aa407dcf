import { fail } from '../errors/index.ts';
import { type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import { numelOf } from '../shape/index.ts';
import { type SizeLike, sizesFor } from './sizes.ts';
import { foldWindows, unfoldWindows, type WindowGeometry } from './windows.ts';

const list = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;
const tuple = (sizes: readonly number[]): string => `(${sizes.join(', ')})`;

const shuffleRecord: GradRecord<number> = {
  name: 'PixelShuffleBackward0',
  grads: [{ vjp: (g, c) => pixelUnshuffle(g, c.attrs) }],
};

/** [..., C · r², H, W] as [..., C, H · r, W · r]: channels become pixels. */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  checkPixels('pixel_shuffle', 'upscale_factor', input, upscaleFactor);
  const [channels, height, width] = input.shape.slice(-3) as [number, number, number];
  const r = upscaleFactor;
  if (channels % (r * r) !== 0) {
    fail('op/argument', {
      text: `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${channels} is not divisible by ${r * r}`,
    });
  }
  const lead = input.shape.slice(0, -3);
  const own = channels / (r * r);
  const out = noGrad(() =>
    input
      .detach()
      .reshape([numelOf(lead), own, r, r, height, width])
      .permute([0, 1, 4, 2, 5, 3])
      .clone({ memoryFormat: 'contiguous' })
      .view([...lead, own, height * r, width * r]),
  );
  return track(shuffleRecord, out.detach(), [input], r);
}

const unshuffleRecord: GradRecord<number> = {
  name: 'PixelUnshuffleBackward0',
  grads: [{ vjp: (g, c) => pixelShuffle(g, c.attrs) }],
};

/** [..., C, H · r, W · r] as [..., C · r², H, W]: the inverse of {@link pixelShuffle}. */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  checkPixels('pixel_unshuffle', 'downscale_factor', input, downscaleFactor);
  const [channels, height, width] = input.shape.slice(-3) as [number, number, number];
  const r = downscaleFactor;
  for (const [name, size, d] of [
    ['height', height, -2],
    ['width', width, -1],
  ] as const) {
    if (size % r !== 0) {
      fail('op/argument', {
        text: `pixel_unshuffle expects ${name} to be divisible by downscale_factor, but input.size(${d})=${size} is not divisible by ${r}`,
      });
    }
  }
  const lead = input.shape.slice(0, -3);
  const out = noGrad(() =>
    input
      .detach()
      .reshape([numelOf(lead), channels, height / r, r, width / r, r])
      .permute([0, 1, 3, 5, 2, 4])
      .clone({ memoryFormat: 'contiguous' })
      .view([...lead, channels * r * r, height / r, width / r]),
  );
  return track(unshuffleRecord, out.detach(), [input], r);
}

function checkPixels(op: string, factorName: string, input: Tensor, factor: number): void {
  if (input.ndim < 3) {
    fail('op/argument', {
      text: `${op} expects input to have at least 3 dimensions, but got input with ${input.ndim} dimension(s)`,
    });
  }
  if (factor <= 0) {
    fail('op/argument', { text: `${op} expects a positive ${factorName}, but got ${factor}` });
  }
}

/** [N, C, ...] with the channels of `groups` groups interleaved: one of each group after the other. */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  const channels = input.shape[1]!;
  if (input.ndim < 3) {
    fail('op/argument', {
      text: `channel_shuffle expects input with > 2 dims, but got input with sizes ${list(input.shape)}`,
    });
  }
  if (groups <= 0) {
    fail('op/argument', {
      text: `Number of groups to divide channels in must be positive. Value of groups:${groups}`,
    });
  }
  if (channels % groups !== 0) {
    fail('op/argument', {
      text: `Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`,
    });
  }
  const [batch, , ...spatial] = input.shape as [number, number, ...number[]];
  return input
    .reshape([batch, groups, channels / groups, ...spatial])
    .transpose(1, 2)
    .reshape(input.shape);
}

/** Keyword arguments of {@link unfold} and {@link fold}. */
export interface UnfoldOptions {
  /** Distance of a block's elements. Default 1. */
  readonly dilation?: SizeLike | undefined;
  /** Zeros around the image. Default 0. */
  readonly padding?: SizeLike | undefined;
  /** Distance of blocks. Default 1. */
  readonly stride?: SizeLike | undefined;
}

interface Blocks extends WindowGeometry {
  readonly shown: {
    readonly kernel: string;
    readonly dilation: string;
    readonly padding: string;
    readonly stride: string;
  };
}

function blocksOf(input: readonly number[], kernelSize: SizeLike, options: UnfoldOptions): Blocks {
  const numbers = (name: string, value: SizeLike): readonly number[] => sizesFor('im2col', name, value, 2);
  const kernel = numbers('kernel_size', kernelSize);
  const dilation = numbers('dilation', options.dilation ?? 1);
  const padding = numbers('padding', options.padding ?? 0);
  const stride = numbers('stride', options.stride ?? 1);
  const positive = (name: string, [height, width]: readonly number[]): void => {
    if (height! > 0 && width! > 0) return;
    fail('op/argument', {
      text: `${name} should be greater than zero, but got ${name}_height: ${height} ${name}_width: ${width}`,
    });
  };
  positive('kernel', kernel);
  positive('dilation', dilation);
  if (padding.some((n) => n < 0)) {
    fail('op/argument', {
      text: `padding should be non-negative, but got pad_height: ${padding[0]} pad_width: ${padding[1]}`,
    });
  }
  positive('stride', stride);
  const output = input.map(
    (n, d) => Math.floor((n + 2 * padding[d]! - dilation[d]! * (kernel[d]! - 1) - 1) / stride[d]!) + 1,
  );
  const shown = {
    kernel: tuple(kernel),
    dilation: tuple(dilation),
    padding: tuple(padding),
    stride: tuple(stride),
  };
  return { kernel, stride, dilation, padding, output, input, shown };
}

interface BlockAttrs {
  readonly blocks: Blocks;
  readonly channels: number;
}

const unfoldRecord: GradRecord<BlockAttrs> = {
  name: 'Im2ColBackward0',
  grads: [{ vjp: (g, c) => joinBlocks(g, c.attrs) }],
};
const foldRecord: GradRecord<BlockAttrs> = {
  name: 'Col2ImBackward0',
  grads: [{ vjp: (g, c) => cutBlocks(g, c.attrs) }],
};

/** [..., C, H, W] as [..., C · kH · kW, blocks]. */
function cutBlocks(x: Tensor, attrs: BlockAttrs): Tensor {
  const { blocks, channels } = attrs;
  const lead = x.shape.slice(0, -3);
  const count = numelOf(blocks.kernel);
  const n = lead.length;
  const out = noGrad(() =>
    unfoldWindows(x.detach(), blocks)
      .permute([...lead.map((_, d) => d), n, n + 3, n + 4, n + 1, n + 2])
      .reshape([...lead, channels * count, numelOf(blocks.output)]),
  );
  return track(unfoldRecord, out.detach(), [x], attrs);
}

/** [..., C · kH · kW, blocks] as [..., C, H, W]: what overlaps adds up. */
function joinBlocks(x: Tensor, attrs: BlockAttrs): Tensor {
  const { blocks, channels } = attrs;
  const lead = x.shape.slice(0, -2);
  const n = lead.length;
  const out = noGrad(() => {
    const parts = x
      .detach()
      .reshape([...lead, channels, ...blocks.kernel, ...blocks.output])
      .permute([...lead.map((_, d) => d), n, n + 3, n + 4, n + 1, n + 2]);
    return foldWindows(parts, blocks);
  });
  return track(foldRecord, out.detach(), [x], attrs);
}

/** Blocks of [N, C, H, W] or [C, H, W] as columns: [N, C · kH · kW, blocks]. */
export function unfold(input: Tensor, kernelSize: SizeLike, options: UnfoldOptions = {}): Tensor {
  const fits = (input.ndim === 3 || input.ndim === 4) && input.shape.slice(-3).every((n) => n > 0);
  if (!fits) {
    fail('op/argument', {
      text: `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${list(input.shape)}`,
    });
  }
  const blocks = blocksOf(input.shape.slice(-2), kernelSize, options);
  if (blocks.output.some((n) => n < 1)) {
    const { kernel, dilation, padding } = blocks.shown;
    fail('op/argument', {
      text: `Given input with spatial size ${tuple(blocks.input)}, kernel_size=${kernel}, dilation=${dilation}, padding=${padding}, calculated shape of the array of sliding blocks as ${tuple(blocks.output)}, but its components must be at least one.`,
    });
  }
  return cutBlocks(input, { blocks, channels: input.shape.at(-3)! });
}

/** Columns [N, C · kH · kW, blocks] put back as images [N, C, ...outputSize]; what overlaps adds up. */
export function fold(
  input: Tensor,
  outputSize: SizeLike,
  kernelSize: SizeLike,
  options: UnfoldOptions = {},
): Tensor {
  const fits = (input.ndim === 2 || input.ndim === 3) && input.shape.slice(-2).every((n) => n > 0);
  if (!fits) {
    fail('op/argument', {
      text: `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${list(input.shape)}`,
    });
  }
  const sizes = sizesFor('col2im', 'output_size', outputSize, 2);
  const blocks = blocksOf(sizes, kernelSize, options);
  const [rows, columns] = input.shape.slice(-2) as [number, number];
  const { kernel, dilation, padding, stride } = blocks.shown;
  const inBlock = numelOf(blocks.kernel);
  const axis = input.ndim - 2;
  if (rows % inBlock !== 0) {
    fail('op/argument', {
      text: `Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(${axis})=${rows} and kernel_size=${kernel}.`,
    });
  }
  const [high, wide] = blocks.output as [number, number];
  if (columns !== high * wide) {
    fail('op/argument', {
      text: `Given output_size=${tuple(sizes)}, kernel_size=${kernel}, dilation=${dilation}, padding=${padding}, stride=${stride}, expected size of input's dimension 2 to match the calculated number of sliding blocks ${high} * ${wide} = ${high * wide}, but got input.size(${axis + 1})=${columns}.`,
    });
  }
  return joinBlocks(input, { blocks, channels: rows / inBlock });
}
