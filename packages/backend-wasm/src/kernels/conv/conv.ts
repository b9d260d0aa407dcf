import type { Target } from '../../asm/index.ts';
import { OWN } from '../../threads/index.ts';
import type { ElementName, Epilogue } from '../matmul/index.ts';
import { asItIs, Matmul } from '../matmul/matmul.ts';
import { FEW, type Grid } from './few-channels.ts';
import type { ConvGeometry, Frame, FrameStrides, Triple } from './geometry.ts';
import {
  countsOf,
  fillOffsets,
  fillTaps,
  gradientFrame,
  inputFrame,
  outputSize,
  type Phase,
  phasesOf,
  volume,
} from './geometry.ts';
import { convBytes, type Layout, layoutOf } from './layout.ts';
import { type Cut, type PatchProduct, PatchProducts } from './product.ts';

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
  /** Threads that share it; one does it all if left out. */
  readonly cut?: Cut | undefined;
}

/** A class of elements of an input gradient: its packed weights and tables. */
interface GradientPart {
  readonly phase: Phase;
  readonly a: number;
  readonly depth: number;
  readonly points: number;
  readonly taps: number;
}

/** Convolutions of one element type as products with patches that are packed straight from the image. */
export class Conv {
  private readonly memory: WebAssembly.Memory;
  private readonly matmul: Matmul;
  private readonly plain: Matmul;
  private readonly products: PatchProducts;

  constructor(memory: WebAssembly.Memory, target: Target, name: ElementName, epilogue?: Epilogue) {
    this.memory = memory;
    this.plain = new Matmul(memory, target, name);
    this.products = new PatchProducts(memory, target, name, this.plain);
    this.matmul = epilogue === undefined ? this.plain : new Matmul(memory, target, name, epilogue);
  }

  /** Scratch memory that any of the three passes needs, shared by `crew` threads. */
  scratchBytes(geometry: ConvGeometry, crew = 1): number {
    return convBytes(geometry, this.bytes, crew);
  }

  /** `weight` is contiguous, `output` contiguous and overwritten. */
  forward(call: ConvCall, input: ImageView, weight: number, output: number): void {
    const g = call.geometry;
    const at = layoutOf(g, this.bytes, call.scratch, false, byImages(call));
    const [ci, co] = [g.inChannels / g.groups, g.outChannels / g.groups];
    const pixels = volume(outputSize(g));
    const depth = ci * volume(g.kernel);
    this.eachImage(call, at, inputFrame(g), input, ci, g.input, (n, group, base, strides, first) => {
      if (first) this.fillTables(at, g, outputSize(g), g.stride, ci, strides);
      this.products.run(
        this.matmul,
        at,
        call.args ?? [],
        {
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
        },
        call.cut,
      );
    });
  }

  /**
   * `weight` is contiguous, `inputGradient` contiguous and overwritten. Elements a stride apart are a convolution of
   * stride 1 of their own, with the taps that reach them.
   */
  inputGradient(call: ConvCall, outputGradient: ImageView, weight: number, inputGradient: number): void {
    const g = call.geometry;
    const at = layoutOf(g, this.bytes, call.scratch, true, byImages(call));
    const [ci, co] = [g.inChannels / g.groups, g.outChannels / g.groups];
    const pixels = volume(g.input);
    const { bytes } = this;
    const frame = gradientFrame(g);
    const sample = g.inChannels * pixels * bytes;
    const phases = phasesOf(g);
    if (phases.reduce((sum, phase) => sum + volume(countsOf(phase)), 0) < pixels) {
      const [from, to] = [call.from ?? 0, call.to ?? g.batch].map((n) => inputGradient + n * sample);
      this.products.kernels().clear(from!, to! - from!);
    }
    let parts: readonly GradientPart[] = [];
    this.eachImage(call, at, frame, outputGradient, co, outputSize(g), (n, group, base, strides, first) => {
      if (first) parts = this.gradientParts(at, g, phases, frame, weight, strides);
      const target = inputGradient + n * sample + group * ci * pixels * bytes;
      for (const { phase, a, depth, points, taps } of parts) {
        const counts = countsOf(phase);
        const whole = volume(counts) === pixels;
        this.products.run(
          this.plain,
          at,
          [],
          {
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
          },
          call.cut,
        );
        if (whole) continue;
        const via = at.job?.via ?? asItIs;
        const [sc, sd, sh, sw] = frameStrides(g.input, bytes);
        const [d, h, w] = phase;
        const to = target + d.start * sd + h.start * sh + w.start * sw;
        const steps = [sc, g.stride[0] * sd, g.stride[1] * sh, g.stride[2] * sw];
        via(this.products.kernels().copyBox)(
          to,
          at.part,
          ci,
          ...counts,
          ...steps,
          ...frameStrides(counts, bytes),
        );
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
    const at = layoutOf(g, this.bytes, call.scratch, false);
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
      if (co <= FEW) this.products.few.dots({ ...product, depth: columns, rowOffsets: at.taps });
      else this.products.run(this.plain, at, [], product, call.cut);
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
    if (!asIs) this.clearFrames(at, channels * pitch[0], call.cut);
    const { cut, from = 0, to = batch } = call;
    const together = cut === undefined ? 1 : Math.min(32, Math.ceil(((to - from) * groups) / (8 * cut.crew)));
    let first = true;
    for (let n = from; n < to; n++) {
      for (let group = 0; group < groups; group++) {
        const source = image.pointer + n * sn + group * channels * sc;
        if (!asIs) this.copyIntoFrame(at, frame, pitch, source, channels, size, [sc, sd, sh, sw]);
        visit(n, group, asIs ? source : at.frame, pitch, first);
        if ((n * groups + group) % together === 0) at.job?.close();
        first = false;
      }
    }
    at.job?.run();
  }

  /** What is around the images stays zero. */
  private clearFrames({ frame, threads, ownBytes, job }: Layout, bytes: number, cut: Cut | undefined): void {
    const { clear } = this.products.kernels();
    if (job === undefined || cut === undefined) clear(frame, bytes);
    else for (let i = 0; i < cut.crew; i++) clear(threads + i * ownBytes + frame - OWN, bytes);
  }

  private copyIntoFrame(
    { frame: to, job }: Layout,
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
    const via = job?.via ?? asItIs;
    via(this.products.kernels().copyBox)(target, from, ...counts, ...pitch, ...strides);
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
        this.products.kernels().copyBox(to, source, co, ...sizes, ...frameStrides(sizes, bytes), ...from);
      }
      return own;
    });
  }
}

function gridOf(size: Triple, stride: Triple, [, sd, sh, sw]: FrameStrides): Grid {
  return { size, pitch: [stride[0] * sd, stride[1] * sh, stride[2] * sw] };
}

function frameStrides([d, h, w]: Triple, bytes: number): FrameStrides {
  return [d * h * w * bytes, h * w * bytes, w * bytes, bytes];
}

/** Threads, if there are images enough to share: pieces are made of them then. */
function byImages({ geometry, cut, from = 0, to = geometry.batch }: ConvCall): Cut | undefined {
  return cut !== undefined && (to - from) * geometry.groups >= 2 * cut.crew ? cut : undefined;
}
