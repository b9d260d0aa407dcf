import { instantiate, Module, type Target } from '../../asm/index.ts';
import type { ElementName } from '../matmul/index.ts';
import { asItIs, type Via } from '../matmul/matmul.ts';
import { type ColumnStep, defineDirectDot, defineDirectRow } from './direct.ts';
import { type Triple, volume } from './geometry.ts';

type Call = (...args: number[]) => void;

/** The results of a channel: how many along each axis, and how far apart in bytes what they see is. */
export interface Grid {
  readonly size: Triple;
  readonly pitch: Triple;
}

/** A product `C (+)= A·patches` without packing. */
interface DirectProduct {
  readonly m: number;
  readonly depth: number;
  readonly a: number;
  readonly base: number;
  /** The table of the patches' rows. */
  readonly rowOffsets: number;
  readonly c: number;
  readonly grid: Grid;
}

/** Up to this many channels in a group, packing patches costs more than it saves: depthwise convolutions, above all. */
export const FEW = 4;

/** Convolutions to or from few channels. */
export class FewChannels {
  private readonly memory: WebAssembly.Memory;
  private readonly target: Target;
  private readonly name: ElementName;
  private readonly bytes: number;
  private readonly made = new Map<ColumnStep, { row: Call; dot: Call }>();

  constructor(memory: WebAssembly.Memory, target: Target, name: ElementName, bytes: number) {
    this.memory = memory;
    this.target = target;
    this.name = name;
    this.bytes = bytes;
  }

  /** A channel of results for each row of `a`. */
  rows({ m, depth, a, base, rowOffsets, c, grid }: DirectProduct, via: Via = asItIs): void {
    const { bytes } = this;
    const row = via(this.kernels(grid).row);
    const [slices, rows, columns] = grid.size;
    const [slicePitch, rowPitch, columnPitch] = grid.pitch;
    for (let i = 0; i < m; i++) {
      const weights = a + i * depth * bytes;
      for (let d = 0; d < slices; d++) {
        const to = c + (i * slices + d) * rows * columns * bytes;
        const from = base + d * slicePitch;
        row(to, rows, columns, from, rowPitch, columnPitch, rowOffsets, depth, weights);
      }
    }
  }

  /** The gradient of `m` rows of weights from that of their channels at `a`. */
  dots(p: DirectProduct & { readonly accumulate: boolean }): void {
    const { bytes } = this;
    const { m, depth, a, base, c, grid } = p;
    const { dot } = this.kernels(grid);
    const [slices, rows, columns] = grid.size;
    const [slicePitch, rowPitch, columnPitch] = grid.pitch;
    const table = new Int32Array(this.memory.buffer, p.rowOffsets, depth);
    for (let i = 0; i < m; i++) {
      const gradient = a + i * volume(grid.size) * bytes;
      for (let k = 0; k < depth; k++) {
        const to = c + (i * depth + k) * bytes;
        for (let d = 0; d < slices; d++) {
          const from = base + table[k]! + d * slicePitch;
          const add = d > 0 || p.accumulate ? 1 : 0;
          dot(to, rows, columns, from, rowPitch, columnPitch, gradient + d * rows * columns * bytes, add);
        }
      }
    }
  }

  private kernels({ pitch }: Grid): { row: Call; dot: Call } {
    const apart = pitch[2] / this.bytes;
    const step: ColumnStep = apart === 1 || apart === 2 ? apart : 'any';
    let made = this.made.get(step);
    if (made === undefined) {
      const module = new Module(this.target);
      defineDirectRow(module, this.target, this.name, step);
      defineDirectDot(module, this.target, this.name, step);
      made = instantiate<{ row: Call; dot: Call }>(module, this.memory);
      this.made.set(step, made);
    }
    return made;
  }
}
