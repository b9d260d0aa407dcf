import {
  type ConvMode,
  type ConvPlan,
  type DType,
  dtypeInfo,
  type ElementArray,
  type Kernels,
} from '@taimatsu/core/backend';
import { closureConv } from '../closures/conv.ts';
import { closurePack, closureUnpack } from '../closures/matmul.ts';
import type { Compile } from '../codegen/code.ts';
import { generatePack, generateUnpack } from '../codegen/product.ts';
import { type Reader, reader } from '../elements.ts';
import { bufferOf, startOf } from '../memory.ts';
import { type Pack, packedProduct, TILE, type Unpack } from '../numeric/packed-product.ts';
import { eachLine, type Frame, fillFrame, frameFor, packPatches, volume } from '../numeric/patches.ts';
import { runnersBy } from './runners.ts';

/** A convolution made ready to run, between arrays from given places. */
export type ConvRunner = (
  mode: ConvMode,
  plan: ConvPlan,
  out: ElementArray,
  outStart: number,
  a: ElementArray,
  aStart: number,
  b: ElementArray,
  bStart: number,
) => void;

export function makeConv(compile: Compile | undefined): Kernels['conv'] {
  const runners = runnersBy<ConvRunner>((dtype) =>
    dtypeInfo[dtype].category === 'float' ? productConv(dtype, compile) : closureConv(dtype),
  );
  return (mode, plan, out, a, b) => {
    runners(out.dtype, out.dtype)(
      mode,
      plan,
      bufferOf(out).data,
      startOf(out),
      bufferOf(a).data,
      startOf(a),
      bufferOf(b).data,
      startOf(b),
    );
  };
}

/** How one dtype gets into and out of doubles. */
interface Access {
  readonly pack: Pack;
  readonly unpack: Unpack;
  /** Undefined where elements are numbers as they lie. */
  readonly read: Reader | undefined;
}

/** Convolutions as products of matrices, one for each sample and group, patches packed straight from the image. */
function productConv(dtype: DType, compile: Compile | undefined): ConvRunner {
  const plain = dtype === 'float32' || dtype === 'float64';
  const access: Access = {
    pack: compile === undefined ? closurePack(dtype) : generatePack(dtype, compile),
    unpack: compile === undefined ? closureUnpack(dtype) : generateUnpack(dtype, compile),
    read: plain ? undefined : reader(dtype),
  };
  return (mode, plan, out, outStart, a, aStart, b, bStart) => {
    if (mode === 'forward') forward(access, plan, out, outStart, a, aStart, b, bStart);
    else if (mode === 'input') inputGradient(access, plan, out, outStart, a, aStart, b, bStart);
    else weightGradient(access, plan, out, outStart, a, aStart, b, bStart);
  };
}

/** Calls `visit` for every sample and group, with the numbers of the first channel of the input and of the output. */
function eachImage(
  { batch, groups, inChannels, outChannels }: ConvPlan,
  visit: (inChannel: number, outChannel: number, group: number) => void,
): void {
  for (let n = 0; n < batch; n++) {
    for (let g = 0; g < groups; g++) {
      visit((n * groups + g) * inChannels, (n * groups + g) * outChannels, g);
    }
  }
}

/** Packs from `patches` where the operand is the frame, as usual otherwise. */
const packEither =
  (frame: Float64Array, patches: Pack, pack: Pack): Pack =>
  (panel, data, start, rowStride, depthStride, rows, depth) =>
    (data === frame ? patches : pack)(panel, data, start, rowStride, depthStride, rows, depth);

/** [outChannels, inChannels · taps] · [inChannels · taps, pixels] */
function forward(
  { pack, unpack, read }: Access,
  plan: ConvPlan,
  out: ElementArray,
  outStart: number,
  image: ElementArray,
  imageStart: number,
  weight: ElementArray,
  weightStart: number,
): void {
  const { outChannels } = plan;
  const frame = frameFor(plan);
  const pixels = frame.windows.length;
  const depth = frame.taps.length;
  const either = packEither(frame.data, packPatches(frame.taps, frame.windows), pack);
  const packWeight = outChannels < TILE ? new Float64Array(TILE * depth) : undefined;
  eachImage(plan, (inChannel, outChannel, group) => {
    fillFrame(frame, plan, image, imageStart + inChannel * volume(plan.input), read);
    const a = weightStart + group * outChannels * depth;
    const c = outStart + outChannel * pixels;
    if (packWeight !== undefined) {
      // Few channels: packing patches would cost more than the products.
      pack(packWeight, weight, a, depth, 1, outChannels, depth);
      for (let co = 0; co < outChannels; co++) {
        addUpLines(frame, plan, packWeight, co, unpack, out, c + co * pixels);
      }
      return;
    }
    packedProduct(
      either,
      unpack,
      { data: out, start: c, rowStride: pixels, columnStride: 1 },
      { data: weight, start: a, rowStride: depth, columnStride: 1 },
      { data: frame.data, start: 0, rowStride: 0, columnStride: 1 },
      outChannels,
      pixels,
      depth,
    );
  });
}

/** One channel of the output as sums of lines of the frame, each times one weight. */
function addUpLines(
  frame: Frame,
  { output, stride }: ConvPlan,
  weights: Float64Array,
  channel: number,
  unpack: Unpack,
  out: ElementArray,
  outStart: number,
): void {
  const [, , width] = output;
  const [, , step] = stride;
  const { data, windows, taps } = frame;
  const line = new Float64Array(Math.max(width, TILE));
  for (let o = 0; o < windows.length; o += width) {
    line.fill(0);
    for (let t = 0; t < taps.length; t++)
      addLine(line, data, windows[o]! + taps[t]!, step, weights[TILE * t + channel]!, width);
    unpackLine(unpack, line, 0, out, outStart + o, width);
  }
}

function addLine(
  line: Float64Array,
  data: Float64Array,
  start: number,
  step: number,
  weight: number,
  width: number,
): void {
  for (let x = 0, at = start; x < width; x++, at += step) line[x]! += weight * data[at]!;
}

const piece = new Float64Array(TILE * TILE);

/** Stores a line of doubles through an unpacker of tiles, a tile's row at a time. */
function unpackLine(
  unpack: Unpack,
  line: Float64Array,
  from: number,
  out: ElementArray,
  start: number,
  width: number,
): void {
  for (let x = 0; x < width; x += TILE) {
    const columns = Math.min(TILE, width - x);
    for (let j = 0; j < columns; j++) piece[j] = line[from + x + j]!;
    unpack(piece, out, start + x, 0, 1, 1, columns);
  }
}

/** [inChannels · taps, outChannels] · [outChannels, pixels], every product added where its patch lies. */
function inputGradient(
  { pack, unpack }: Access,
  plan: ConvPlan,
  out: ElementArray,
  outStart: number,
  grad: ElementArray,
  gradStart: number,
  weight: ElementArray,
  weightStart: number,
): void {
  const { outChannels } = plan;
  const frame = frameFor(plan);
  const { data, windows, taps } = frame;
  const pixels = windows.length;
  const depth = taps.length;
  const image = volume(plan.input);
  // The product's row and column come as one place: row · pixels + column.
  const addPatches: Unpack = (tile, _, start, _rowStride, _columnStride, rows, columns) => {
    const row = Math.floor(start / pixels);
    const column = start - row * pixels;
    for (let i = 0; i < rows; i++) {
      const tap = taps[row + i]!;
      for (let j = 0; j < columns; j++) data[tap + windows[column + j]!]! += tile[TILE * i + j]!;
    }
  };
  eachImage(plan, (inChannel, outChannel, group) => {
    data.fill(0);
    packedProduct(
      pack,
      addPatches,
      { data, start: 0, rowStride: pixels, columnStride: 1 },
      { data: weight, start: weightStart + group * outChannels * depth, rowStride: 1, columnStride: depth },
      { data: grad, start: gradStart + outChannel * pixels, rowStride: pixels, columnStride: 1 },
      depth,
      pixels,
      outChannels,
    );
    const start = outStart + inChannel * image;
    // What no window reaches stays 0.
    (out as Float64Array).fill(0, start, start + plan.inChannels * image);
    eachLine(frame, plan, (at, to, length) => {
      unpackLine(unpack, data, at, out, start + to, length);
    });
  });
}

/** Σ over samples of [outChannels, pixels] · [pixels, inChannels · taps] */
function weightGradient(
  { pack, unpack, read }: Access,
  plan: ConvPlan,
  out: ElementArray,
  outStart: number,
  image: ElementArray,
  imageStart: number,
  grad: ElementArray,
  gradStart: number,
): void {
  const { groups, outChannels } = plan;
  const frame = frameFor(plan);
  const pixels = frame.windows.length;
  const depth = frame.taps.length;
  const sums = new Float64Array(groups * outChannels * depth);
  const either = packEither(frame.data, packPatches(frame.windows, frame.taps), pack);
  const addUp: Unpack = (tile, to, start, rowStride, _columnStride, rows, columns) => {
    for (let i = 0; i < rows; i++) {
      const row = start + i * rowStride;
      for (let j = 0; j < columns; j++) (to as Float64Array)[row + j]! += tile[TILE * i + j]!;
    }
  };
  eachImage(plan, (inChannel, outChannel, group) => {
    fillFrame(frame, plan, image, imageStart + inChannel * volume(plan.input), read);
    packedProduct(
      either,
      addUp,
      { data: sums, start: group * outChannels * depth, rowStride: depth, columnStride: 1 },
      { data: grad, start: gradStart + outChannel * pixels, rowStride: pixels, columnStride: 1 },
      { data: frame.data, start: 0, rowStride: 0, columnStride: 1 },
      outChannels,
      depth,
      pixels,
    );
  });
  unpackLine(unpack, sums, 0, out, outStart, sums.length);
}
