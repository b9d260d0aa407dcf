import type { Target } from '../../asm/index.ts';
import { instantiate, Module } from '../../asm/index.ts';
import type { ElementName, Epilogue } from '../matmul/index.ts';
import { blockDepth, Matmul, roundUp, tileBytes } from '../matmul/matmul.ts';
import { flags } from '../matmul/micro.ts';
import type { ConvGeometry, Frame, Triple } from './geometry.ts';
import { fillOffsets, gradientFrame, inputFrame, outputSize, volume } from './geometry.ts';
import { defineCopyBox, definePackPatches } from './patches.ts';

type Call = (...args: number[]) => void;

/** A tensor of samples, channels, depth, height, width: strides in elements, any sign. */
export interface ImageView {
  readonly pointer: number;
  readonly strides: readonly [number, number, number, number, number];
}

export interface ConvCall {
  readonly geometry: ConvGeometry;
  /** As much as `scratchBytes` says, 16-aligned. */
  readonly scratch: number;
  /** What the epilogue asked for; its `row` is the channel. Only the forward pass has one. */
  readonly args?: readonly number[];
  /** Samples to work on; all if left out. */
  readonly from?: number;
  readonly to?: number;
}

/** Columns of a block of patches: it stays in the second cache while every channel passes by. */
const blockColumns = 256;
/** Rows of a block of the other operand. */
const blockRows = 96;

/** One product `C (+)= A·patches`, with tables that say where the patches' elements are. */
interface PatchProduct {
  readonly m: number;
  readonly n: number;
  readonly depth: number;
  /** Row-major. */
  readonly a: number;
  readonly base: number;
  readonly columnOffsets: number;
  readonly rowOffsets: number;
  /** Row-major. */
  readonly c: number;
  readonly accumulate: boolean;
  readonly firstRow: number;
}

interface Layout {
  readonly blockA: number;
  readonly blockB: number;
  readonly points: number;
  readonly taps: number;
  readonly weight: number;
  readonly frame: number;
  readonly end: number;
}

/** Convolutions of one element type as products with patches that are packed straight from the image. */
export class Conv {
  private readonly memory: WebAssembly.Memory;
  private readonly target: Target;
  private readonly matmul: Matmul;
  private readonly plain: Matmul;
  private helpers: { packPatches: Call; copyBox: Call } | undefined;

  constructor(memory: WebAssembly.Memory, target: Target, name: ElementName, epilogue?: Epilogue) {
    this.memory = memory;
    this.target = target;
    this.plain = new Matmul(memory, target, name);
    this.matmul = epilogue === undefined ? this.plain : new Matmul(memory, target, name, epilogue);
  }

  /** Scratch memory that any of the three passes needs. */
  scratchBytes(geometry: ConvGeometry): number {
    return Math.max(this.layout(geometry, 0, false).end, this.layout(geometry, 0, true).end);
  }

  /** `weight` is contiguous, `output` contiguous and overwritten. */
  forward(call: ConvCall, input: ImageView, weight: number, output: number): void {
    const g = call.geometry;
    const at = this.layout(g, call.scratch, false);
    const [ci, co] = [g.inChannels / g.groups, g.outChannels / g.groups];
    const pixels = volume(outputSize(g));
    const depth = ci * volume(g.kernel);
    this.eachImage(call, at, inputFrame(g), input, ci, g.input, (n, group, base, strides, first) => {
      if (first) this.fillTables(at, g, outputSize(g), g.stride, ci, strides);
      this.product(this.matmul, at, call.args ?? [], {
        m: co,
        n: pixels,
        depth,
        a: weight + group * co * depth * this.bytes,
        base,
        columnOffsets: at.points,
        rowOffsets: at.taps,
        c: output + (n * g.outChannels + group * co) * pixels * this.bytes,
        accumulate: false,
        firstRow: group * co,
      });
    });
  }

  /** `weight` is contiguous, `inputGradient` contiguous and overwritten. */
  inputGradient(call: ConvCall, outputGradient: ImageView, weight: number, inputGradient: number): void {
    const g = call.geometry;
    const at = this.layout(g, call.scratch, true);
    const [ci, co] = [g.inChannels / g.groups, g.outChannels / g.groups];
    const taps = volume(g.kernel);
    const pixels = volume(g.input);
    const { bytes } = this;
    this.flipWeight(at.weight, weight, g);
    const output = outputSize(g);
    this.eachImage(
      call,
      at,
      gradientFrame(g),
      outputGradient,
      co,
      output,
      (n, group, base, strides, first) => {
        if (first) this.fillTables(at, g, g.input, [1, 1, 1], co, strides);
        this.product(this.plain, at, [], {
          m: ci,
          n: pixels,
          depth: co * taps,
          a: at.weight + group * ci * co * taps * bytes,
          base,
          columnOffsets: at.points,
          rowOffsets: at.taps,
          c: inputGradient + (n * g.inChannels + group * ci) * pixels * bytes,
          accumulate: false,
          firstRow: 0,
        });
      },
    );
  }

  /**
   * `outputGradient` is contiguous. Adds to `weightGradient` (contiguous) if asked to, else overwrites it with the
   * sum over the samples.
   */
  weightGradient(
    call: ConvCall & { readonly accumulate?: boolean },
    input: ImageView,
    outputGradient: number,
    weightGradient: number,
  ): void {
    const g = call.geometry;
    const at = this.layout(g, call.scratch, false);
    const [ci, co] = [g.inChannels / g.groups, g.outChannels / g.groups];
    const pixels = volume(outputSize(g));
    const columns = ci * volume(g.kernel);
    const { bytes } = this;
    const firstSample = call.from ?? 0;
    this.eachImage(call, at, inputFrame(g), input, ci, g.input, (n, group, base, strides, first) => {
      if (first) this.fillTables(at, g, outputSize(g), g.stride, ci, strides);
      this.product(this.plain, at, [], {
        m: co,
        n: columns,
        depth: pixels,
        a: outputGradient + (n * g.outChannels + group * co) * pixels * bytes,
        base,
        columnOffsets: at.taps,
        rowOffsets: at.points,
        c: weightGradient + group * co * columns * bytes,
        accumulate: n > firstSample || call.accumulate === true,
        firstRow: 0,
      });
    });
  }

  private get bytes(): 4 | 8 {
    return this.plain.bytes;
  }

  /** Calls `visit` for every sample and group with an image that has its margins around it. */
  private eachImage(
    call: ConvCall,
    at: Layout,
    frame: Frame,
    image: ImageView,
    channels: number,
    size: Triple,
    visit: (n: number, group: number, base: number, strides: FrameStrides, first: boolean) => void,
  ): void {
    const { bytes } = this;
    const { groups, batch } = call.geometry;
    const [sn, sc, sd, sh, sw] = image.strides.map((stride) => stride * bytes) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const asIs = size.every((length, i) => length === frame.size[i] && frame.origin[i] === 0);
    const pitch: FrameStrides = asIs ? [sc, sd, sh, sw] : frameStrides(frame.size, bytes);
    if (!asIs) new Uint8Array(this.memory.buffer).fill(0, at.frame, at.frame + channels * pitch[0]);
    let first = true;
    for (let n = call.from ?? 0; n < (call.to ?? batch); n++) {
      for (let group = 0; group < groups; group++) {
        const source = image.pointer + n * sn + group * channels * sc;
        if (!asIs) this.copyIntoFrame(at.frame, frame, pitch, source, channels, size, [sc, sd, sh, sw]);
        visit(n, group, asIs ? source : at.frame, pitch, first);
        first = false;
      }
    }
  }

  private copyIntoFrame(
    to: number,
    { size: room, origin, spread }: Frame,
    pitch: FrameStrides,
    source: number,
    channels: number,
    size: Triple,
    strides: FrameStrides,
  ): void {
    const counts = [channels];
    let target = to;
    let from = source;
    for (const axis of [0, 1, 2] as const) {
      const start = origin[axis];
      const skip = start < 0 ? Math.ceil(-start / spread[axis]) : 0;
      const last = Math.min(size[axis] - 1, Math.floor((room[axis] - 1 - start) / spread[axis]));
      counts.push(Math.max(0, last - skip + 1));
      target += (start + skip * spread[axis]) * pitch[axis + 1]!;
      from += skip * strides[axis + 1]!;
    }
    if (counts.includes(0)) return;
    const steps = [pitch[0], pitch[1] * spread[0], pitch[2] * spread[1], pitch[3] * spread[2]];
    this.kernels().copyBox(target, from, ...counts, ...steps, ...strides);
  }

  private fillTables(
    at: Layout,
    g: ConvGeometry,
    points: Triple,
    stride: Triple,
    channels: number,
    [sc, sd, sh, sw]: FrameStrides,
  ): void {
    const table = new Int32Array(this.memory.buffer);
    fillOffsets(table, at.points / 4, points, stride, [sd, sh, sw]);
    let next = at.taps / 4;
    for (let c = 0; c < channels; c++) {
      const start = next;
      next = fillOffsets(table, next, g.kernel, g.dilation, [sd, sh, sw]);
      for (let i = start; i < next; i++) table[i] = (table[i] ?? 0) + c * sc;
    }
  }

  /** Channels swapped within each group, taps reversed. */
  private flipWeight(to: number, weight: number, g: ConvGeometry): void {
    const { bytes } = this;
    const [ci, co, taps] = [g.inChannels / g.groups, g.outChannels / g.groups, volume(g.kernel)];
    const sizes = [g.groups, ci, co, taps];
    const toStrides = [ci * co * taps, co * taps, taps, 1].map((x) => x * bytes);
    const fromStrides = [ci * co * taps, taps, ci * taps, -1].map((x) => x * bytes);
    this.kernels().copyBox(to, weight + (taps - 1) * bytes, ...sizes, ...toStrides, ...fromStrides);
  }

  private product(matmul: Matmul, at: Layout, args: readonly number[], p: PatchProduct): void {
    const { bytes } = this;
    const { packA, macro } = matmul.packed();
    const { packPatches } = this.kernels();
    const step = blockDepth(p.depth);
    const [aRow, cRow] = [p.depth * bytes, p.n * bytes];
    for (let j = 0; j < p.n; j += blockColumns) {
      const nb = Math.min(blockColumns, p.n - j);
      for (let k = 0; k < p.depth; k += step) {
        const kb = Math.min(step, p.depth - k);
        packPatches(at.blockB, p.base, p.columnOffsets + j * 4, nb, p.rowOffsets + k * 4, kb);
        const flag = (k > 0 || p.accumulate ? flags.accumulate : 0) | (k + kb === p.depth ? flags.last : 0);
        for (let i = 0; i < p.m; i += blockRows) {
          const mb = Math.min(blockRows, p.m - i);
          packA(at.blockA, p.a + i * aRow + k * bytes, mb, kb, aRow, bytes);
          const c = p.c + i * cRow + j * bytes;
          const tile = at.blockA - tileBytes;
          macro(mb, nb, kb, at.blockA, 0, at.blockB, tile, c, cRow, bytes, flag, p.firstRow + i, j, ...args);
        }
      }
    }
  }

  private layout(g: ConvGeometry, scratch: number, gradient: boolean): Layout {
    const { bytes } = this;
    const [ci, co, taps] = [g.inChannels / g.groups, g.outChannels / g.groups, volume(g.kernel)];
    const channels = gradient ? co : ci;
    const points = gradient ? volume(g.input) : volume(outputSize(g));
    const depth = Math.max(blockDepth(channels * taps), blockDepth(points));
    const frame = (gradient ? gradientFrame(g) : inputFrame(g)).size;
    let next = scratch + tileBytes;
    const take = (size: number): number => {
      const start = next;
      next += roundUp(size, 16);
      return start;
    };
    return {
      blockA: take(blockRows * depth * bytes),
      blockB: take(blockColumns * depth * bytes),
      points: take(points * 4),
      taps: take(channels * taps * 4),
      weight: take(gradient ? g.groups * ci * co * taps * bytes : 0),
      frame: take(channels * volume(frame) * bytes),
      end: next,
    };
  }

  private kernels(): { packPatches: Call; copyBox: Call } {
    if (this.helpers !== undefined) return this.helpers;
    const module = new Module(this.target);
    definePackPatches(module, 'packPatches', this.bytes, this.plain.columns);
    defineCopyBox(module, 'copyBox', this.bytes);
    const helpers = instantiate<{ packPatches: Call; copyBox: Call }>(module, this.memory);
    this.helpers = helpers;
    return helpers;
  }
}

/** Bytes between channels, slices, rows and elements. */
type FrameStrides = readonly [number, number, number, number];

function frameStrides([d, h, w]: Triple, bytes: number): FrameStrides {
  return [d * h * w * bytes, h * w * bytes, w * bytes, bytes];
}
