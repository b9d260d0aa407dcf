import type { Target } from '../../asm/index.ts';
import { instantiate, Module } from '../../asm/index.ts';
import type { ElementName, Epilogue } from '../matmul/index.ts';
import { blockDepth, Matmul, roundUp, tileBytes } from '../matmul/matmul.ts';
import { flags } from '../matmul/micro.ts';
import { FEW, FewChannels, type Grid } from './few-channels.ts';
import type { ConvGeometry, Frame, FrameStrides, Triple } from './geometry.ts';
import {
  countsOf,
  fillOffsets,
  fillTaps,
  gradientFrame,
  inputFrame,
  largestPhase,
  outputSize,
  type Phase,
  phasesOf,
  volume,
} from './geometry.ts';
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
  /** Where the results of a channel look. */
  readonly grid: Grid;
}

/** A class of elements of an input gradient: its packed weights and tables. */
interface GradientPart {
  readonly phase: Phase;
  readonly a: number;
  readonly depth: number;
  readonly points: number;
  readonly taps: number;
}

interface Layout {
  readonly blockA: number;
  readonly blockB: number;
  readonly points: number;
  readonly taps: number;
  readonly weight: number;
  readonly frame: number;
  /** A class of elements of an input gradient, before they go where they belong. */
  readonly part: number;
  readonly end: number;
}

/** Convolutions of one element type as products with patches that are packed straight from the image. */
export class Conv {
  private readonly memory: WebAssembly.Memory;
  private readonly target: Target;
  private readonly matmul: Matmul;
  private readonly plain: Matmul;
  private readonly few: FewChannels;
  private helpers: { packPatches: Call; copyBox: Call } | undefined;

  constructor(memory: WebAssembly.Memory, target: Target, name: ElementName, epilogue?: Epilogue) {
    this.memory = memory;
    this.target = target;
    this.plain = new Matmul(memory, target, name);
    this.few = new FewChannels(memory, target, name, this.plain.bytes);
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
        grid: gridOf(outputSize(g), g.stride, strides),
      });
    });
  }

  /**
   * `weight` is contiguous, `inputGradient` contiguous and overwritten. Elements a stride apart are a convolution of
   * stride 1 of their own, with the taps that reach them.
   */
  inputGradient(call: ConvCall, outputGradient: ImageView, weight: number, inputGradient: number): void {
    const g = call.geometry;
    const at = this.layout(g, call.scratch, true);
    const [ci, co] = [g.inChannels / g.groups, g.outChannels / g.groups];
    const pixels = volume(g.input);
    const { bytes } = this;
    const frame = gradientFrame(g);
    const sample = g.inChannels * pixels * bytes;
    const phases = phasesOf(g);
    if (phases.reduce((sum, phase) => sum + volume(countsOf(phase)), 0) < pixels) {
      const [from, to] = [call.from ?? 0, call.to ?? g.batch].map((n) => inputGradient + n * sample);
      new Uint8Array(this.memory.buffer).fill(0, from, to);
    }
    let parts: readonly GradientPart[] = [];
    this.eachImage(call, at, frame, outputGradient, co, outputSize(g), (n, group, base, strides, first) => {
      if (first) parts = this.gradientParts(at, g, phases, frame, weight, strides);
      const target = inputGradient + n * sample + group * ci * pixels * bytes;
      for (const { phase, a, depth, points, taps } of parts) {
        const counts = countsOf(phase);
        const whole = volume(counts) === pixels;
        this.product(this.plain, at, [], {
          m: ci,
          n: volume(counts),
          depth,
          a: a + group * ci * depth * bytes,
          base,
          columnOffsets: points,
          rowOffsets: taps,
          c: whole ? target : at.part,
          accumulate: false,
          firstRow: 0,
          grid: gridOf(counts, [1, 1, 1], strides),
        });
        if (whole) continue;
        const [sc, sd, sh, sw] = frameStrides(g.input, bytes);
        const [d, h, w] = phase;
        const to = target + d.start * sd + h.start * sh + w.start * sw;
        const steps = [sc, g.stride[0] * sd, g.stride[1] * sh, g.stride[2] * sw];
        this.kernels().copyBox(to, at.part, ci, ...counts, ...steps, ...frameStrides(counts, bytes));
      }
    });
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
      const product: PatchProduct = {
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
        grid: gridOf(outputSize(g), g.stride, strides),
      };
      if (co <= FEW) this.few.dots({ ...product, depth: columns, rowOffsets: at.taps });
      else this.product(this.plain, at, [], product);
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
    { size: room, origin }: Frame,
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
      const skip = Math.max(0, -start);
      const last = Math.min(size[axis] - 1, room[axis] - 1 - start);
      counts.push(Math.max(0, last - skip + 1));
      target += (start + skip) * pitch[axis + 1]!;
      from += skip * strides[axis + 1]!;
    }
    if (counts.includes(0)) return;
    this.kernels().copyBox(target, from, ...counts, ...pitch, ...strides);
  }

  private fillTables(
    at: Layout,
    g: ConvGeometry,
    points: Triple,
    stride: Triple,
    channels: number,
    strides: FrameStrides,
  ): void {
    const table = new Int32Array(this.memory.buffer);
    fillOffsets(table, at.points / 4, 0, points, stride, strides);
    fillTaps(table, at.taps / 4, channels, 0, g.kernel, g.dilation, strides);
  }

  /** Tables and weights of each class: of the weights, channels swapped within each group and taps reversed. */
  private gradientParts(
    at: Layout,
    g: ConvGeometry,
    phases: readonly Phase[],
    frame: Frame,
    weight: number,
    strides: FrameStrides,
  ): GradientPart[] {
    const { bytes } = this;
    const [ci, co, taps] = [g.inChannels / g.groups, g.outChannels / g.groups, volume(g.kernel)];
    const [, kd, kh, kw] = frameStrides(g.kernel, bytes);
    const table = new Int32Array(this.memory.buffer);
    let next = { points: at.points, taps: at.taps, weight: at.weight };
    return phases.map((phase) => {
      const [d, h, w] = phase;
      const sizes: Triple = [d.taps, h.taps, w.taps];
      const own = { phase, a: next.weight, depth: co * volume(sizes), points: next.points, taps: next.taps };
      const corner =
        (frame.origin[0] + d.origin) * strides[1] +
        (frame.origin[1] + h.origin) * strides[2] +
        (frame.origin[2] + w.origin) * strides[3];
      const advance: Triple = [d.advance, h.advance, w.advance];
      next = {
        points: 4 * fillOffsets(table, own.points / 4, 0, countsOf(phase), [1, 1, 1], strides),
        taps: 4 * fillTaps(table, own.taps / 4, co, corner, sizes, advance, strides),
        weight: own.a + g.inChannels * own.depth * bytes,
      };
      const last = weight + d.tap * kd + h.tap * kh + w.tap * kw;
      const from = [ci * taps * bytes, -d.step * kd, -h.step * kh, -w.step * kw];
      for (let c = 0; c < g.inChannels; c++) {
        const [group, channel] = [Math.floor(c / ci), c % ci];
        const source = last + (group * co * ci + channel) * taps * bytes;
        const to = own.a + c * own.depth * bytes;
        this.kernels().copyBox(to, source, co, ...sizes, ...frameStrides(sizes, bytes), ...from);
      }
      return own;
    });
  }

  private product(matmul: Matmul, at: Layout, args: readonly number[], p: PatchProduct): void {
    if (p.m <= FEW && matmul === this.plain && !p.accumulate) {
      this.few.rows(p);
      return;
    }
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
      part: take(gradient && volume(g.stride) > 1 ? ci * volume(largestPhase(g)) * bytes : 0),
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

function gridOf(size: Triple, stride: Triple, [, sd, sh, sw]: FrameStrides): Grid {
  return { size, pitch: [stride[0] * sd, stride[1] * sh, stride[2] * sw] };
}

function frameStrides([d, h, w]: Triple, bytes: number): FrameStrides {
  return [d * h * w * bytes, h * w * bytes, w * bytes, bytes];
}
