import type { ConvPlan, ElementArray, Triple } from '@taimatsu/core/backend';
import type { Reader } from '../elements.ts';
import { type Pack, TILE } from './packed-product.ts';

export const volume = ([d, h, w]: Triple): number => d * h * w;

/**
 * One image (the channels of one sample in one group) in doubles, with as much margin as the windows reach, so that no
 * window looks outside.
 */
export interface Frame {
  readonly data: Float64Array;
  readonly channels: number;
  readonly size: Triple;
  /** For each output position where its window begins. */
  readonly windows: Int32Array;
  /** For each input channel and kernel position how far it is from where its window begins. */
  readonly taps: Int32Array;
}

const each = (f: (axis: 0 | 1 | 2) => number): Triple => [f(0), f(1), f(2)];

/** A frame for the input of a convolution. */
export function frameFor({ inChannels, kernel, output, stride, dilation }: ConvPlan): Frame {
  const size = each((i) => (output[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1);
  const windows = new Int32Array(volume(output));
  const taps = new Int32Array(inChannels * volume(kernel));
  fillOffsets(windows, 0, output, stride, size, 0);
  for (let c = 0; c < inChannels; c++) {
    fillOffsets(taps, c * volume(kernel), kernel, dilation, size, c * volume(size));
  }
  return { data: new Float64Array(inChannels * volume(size)), channels: inChannels, size, windows, taps };
}

function fillOffsets(
  to: Int32Array,
  start: number,
  [depth, height, width]: Triple,
  step: Triple,
  [, rows, columns]: Triple,
  origin: number,
): void {
  let next = start;
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      const line = origin + (d * step[0] * rows + h * step[1]) * columns;
      for (let w = 0; w < width; w++) to[next++] = line + w * step[2];
    }
  }
}

/** The part of a line of the input that lies inside a frame, for one axis: where it starts in both and how long it is. */
function overlap(
  input: number,
  frame: number,
  padding: number,
): readonly [from: number, to: number, length: number] {
  const from = Math.max(0, -padding);
  const to = from + padding;
  return [from, to, Math.max(0, Math.min(input - from, frame - to))];
}

/** Copies an image into a frame, whose margins are and stay 0. `visit` gets places in both and a length. */
export function eachLine(
  frame: Frame,
  { input, padding }: ConvPlan,
  visit: (inFrame: number, inImage: number, length: number) => void,
): void {
  const [d0, fd, depth] = overlap(input[0], frame.size[0], padding[0]);
  const [h0, fh, height] = overlap(input[1], frame.size[1], padding[1]);
  const [w0, fw, width] = overlap(input[2], frame.size[2], padding[2]);
  if (width === 0) return;
  for (let c = 0; c < frame.channels; c++) {
    for (let d = 0; d < depth; d++) {
      for (let h = 0; h < height; h++) {
        const line = (c * frame.size[0] + fd + d) * frame.size[1] + fh + h;
        const row = (c * input[0] + d0 + d) * input[1] + h0 + h;
        visit(line * frame.size[2] + fw, row * input[2] + w0, width);
      }
    }
  }
}

/** Fills a frame with the image that begins at `start`. */
export function fillFrame(
  frame: Frame,
  plan: ConvPlan,
  image: ElementArray,
  start: number,
  read: Reader | undefined,
): void {
  const { data } = frame;
  eachLine(frame, plan, (at, from, length) => {
    if (read === undefined) copyLine(data, at, image as Float64Array, start + from, length);
    else for (let i = 0; i < length; i++) data[at + i] = read(image, start + from + i) as number;
  });
}

function copyLine(to: Float64Array, at: number, from: Float64Array, start: number, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}

/**
 * Packs patches as the right side of a product: element (k, j) of it is at `depths[k] + columns[j]`. The operand's
 * start says which column is the first.
 */
export function packPatches(depths: Int32Array, columns: Int32Array): Pack {
  const last = columns.length - 1;
  return (panel, data, start, _rowStride, _depthStride, rows, depth) => {
    const frame = data as Float64Array;
    let p = 0;
    for (let row = 0; row < rows; row += TILE) {
      // Columns past the end repeat the last one: nobody looks at what they give.
      const a = columns[Math.min(start + row, last)]!;
      const b = columns[Math.min(start + row + 1, last)]!;
      const c = columns[Math.min(start + row + 2, last)]!;
      const d = columns[Math.min(start + row + 3, last)]!;
      for (let l = 0; l < depth; l++) {
        const k = depths[l]!;
        panel[p] = frame[a + k]!;
        panel[p + 1] = frame[b + k]!;
        panel[p + 2] = frame[c + k]!;
        panel[p + 3] = frame[d + k]!;
        p += TILE;
      }
    }
  };
}
