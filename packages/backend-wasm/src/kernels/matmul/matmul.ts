import type { Target } from '../../asm/index.ts';
import { instantiate, Module } from '../../asm/index.ts';
import type { ElementName } from './element.ts';
import { element } from './element.ts';
import type { Blocking } from './macro.ts';
import { defineMacro } from './macro.ts';
import type { Epilogue } from './micro.ts';
import { flags } from './micro.ts';
import { definePack } from './pack.ts';
import { defineDots, defineSmall, defineSums } from './vector.ts';

/** A matrix in memory: address of its first element, and strides in elements (any sign, any order). */
export interface MatrixView {
  readonly pointer: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

export interface Product {
  readonly m: number;
  readonly n: number;
  readonly depth: number;
  readonly a: MatrixView;
  readonly b: MatrixView;
  /** Must not overlap `a` or `b`. */
  readonly c: MatrixView;
  /** `C += A·B` instead of `C = A·B`. */
  readonly accumulate?: boolean;
  /** `scratchBytes` bytes, 16-aligned. */
  readonly scratch: number;
  /** What the epilogue asked for. */
  readonly args?: readonly number[];
}

/** A part of the rows: the same bits whichever way the rows are dealt out. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

type Call = (...args: number[]) => void;
/** Stands between a product and the functions that it calls. */
export type Via = (call: Call) => Call;

/** Depth of a block, about: a panel of B stays in the first cache. */
const goalDepth = 256;
/** A block of A stays in the second cache, one of B in the third. */
const blockBytes = { a: 192 * 1024, b: 1024 * 1024 };
export const tileBytes: number = 2048;
/** Up to this many multiplications, setting up blocks costs more than it saves. */
const smallWork = 256;
/** Up to this many columns, A is read where it lies: packing it would cost more than it saves. */
const skinnyColumns = 48;

export const blocking: { readonly plain: Blocking; readonly relaxed: Blocking } = {
  plain: { rows: 4, vectors: 2 },
  relaxed: { rows: 6, vectors: 2 },
};

interface Kernels {
  readonly packA: Call;
  readonly packB: Call;
  readonly macro: Call;
}

interface VectorKernels {
  readonly dots: Call;
  readonly sums: Call;
  readonly small: Call;
  readonly gather: Call;
}

/** Matrix products of one element type, with one epilogue, in one memory. Kernels are compiled on first use. */
export class Matmul {
  readonly rows: number;
  readonly columns: number;
  readonly bytes: 4 | 8;
  private readonly memory: WebAssembly.Memory;
  private readonly target: Target;
  private readonly name: ElementName;
  private readonly epilogue: Epilogue | undefined;
  private readonly blocking: Blocking;
  private packedKernels: Kernels | undefined;
  private directKernels: Kernels | undefined;
  private vectorKernels: VectorKernels | undefined;

  constructor(memory: WebAssembly.Memory, target: Target, name: ElementName, epilogue?: Epilogue) {
    this.memory = memory;
    this.target = target;
    this.name = name;
    this.epilogue = epilogue;
    const fused = target.relaxed && (name === 'f32' || name === 'f64');
    this.blocking = fused ? blocking.relaxed : blocking.plain;
    const { width, bytes } = element(name, target);
    this.bytes = bytes;
    this.rows = this.blocking.rows;
    this.columns = this.blocking.vectors * width;
  }

  /** Scratch memory that a product of this size needs. */
  scratchBytes(m: number, n: number, depth: number): number {
    const k = blockDepth(depth);
    const a = Math.min(m, this.blockRows) * k * this.bytes;
    const b = Math.min(roundUp(n, this.columns), this.blockColumns) * k * this.bytes;
    const vector = Math.min(m, n) === 1 ? depth * this.bytes : 0;
    return tileBytes + Math.max(roundUp(a, 16) + roundUp(b, 16), roundUp(vector, 16));
  }

  /** `via` replaces each function that is called, to note down what would be done. */
  run(product: Product, range?: RowRange, via: Via = asItIs): void {
    const { m, n, depth } = product;
    if (m === 0 || n === 0) return;
    const from = range === undefined ? 0 : range.from;
    const to = range === undefined ? m : range.to;
    if (m * n * depth <= smallWork) this.runSmall(product, from, to, via);
    else if (!(n === 1 || m === 1) || !this.runVector(product, from, to, via))
      this.runBlocks(product, from, to, via);
  }

  get blockRows(): number {
    const rows = Math.floor(blockBytes.a / (goalDepth * this.bytes));
    return rows - (rows % this.rows);
  }

  get blockColumns(): number {
    const columns = Math.floor(blockBytes.b / (goalDepth * this.bytes));
    return columns - (columns % this.columns);
  }

  /** A is read where it lies. */
  isDirect({ n, a }: Product): boolean {
    return n <= skinnyColumns && a.columnStride === 1;
  }

  private runSmall(p: Product, from: number, to: number, via: Via): void {
    const { bytes } = this;
    const { a, b, c } = p;
    const [aRow, cRow] = [a.rowStride * bytes, c.rowStride * bytes];
    via((this.vectorKernels ?? this.vector()).small)(
      to - from,
      p.n,
      p.depth,
      a.pointer + from * aRow,
      aRow,
      a.columnStride * bytes,
      b.pointer,
      b.rowStride * bytes,
      b.columnStride * bytes,
      p.scratch,
      c.pointer + from * cRow,
      cRow,
      c.columnStride * bytes,
      (p.accumulate ? flags.accumulate : 0) | flags.last,
      from,
      0,
      ...(p.args ?? none),
    );
  }

  /** False if the matrix is contiguous in neither direction. */
  private runVector(p: Product, from: number, to: number, via: Via): boolean {
    const { bytes } = this;
    const { a, b, c } = p;
    const down = p.n === 1;
    const aRow = a.rowStride * bytes;
    const stride = down ? aRow : b.columnStride * bytes;
    const depthStride = (down ? a.columnStride : b.rowStride) * bytes;
    const along = depthStride === bytes || p.depth === 1;
    if (!along && stride !== bytes) return false;
    const kernels = this.vector();
    const vectorStride = (down ? b.rowStride : a.columnStride) * bytes;
    let vector = down ? b.pointer : a.pointer + from * aRow;
    if (vectorStride !== bytes && p.depth > 1) {
      const copy = p.scratch + tileBytes;
      via(kernels.gather)(copy, vector, p.depth, 1, vectorStride, bytes);
      vector = copy;
    }
    const run = via(along ? kernels.dots : kernels.sums);
    run(
      down ? to - from : from < to ? p.n : 0,
      p.depth,
      down ? a.pointer + from * aRow : b.pointer,
      stride,
      depthStride,
      vector,
      down ? 0 : 1,
      p.scratch,
      c.pointer + from * c.rowStride * bytes,
      c.rowStride * bytes,
      c.columnStride * bytes,
      (p.accumulate ? flags.accumulate : 0) | flags.last,
      from,
      0,
      ...(p.args ?? none),
    );
    return true;
  }

  private runBlocks(p: Product, from: number, to: number, via: Via): void {
    const { bytes, blockColumns } = this;
    const { a, b, c } = p;
    const [aRow, aColumn] = [a.rowStride * bytes, a.columnStride * bytes];
    const [bRow, bColumn] = [b.rowStride * bytes, b.columnStride * bytes];
    const [cRow, cColumn] = [c.rowStride * bytes, c.columnStride * bytes];
    const direct = this.isDirect(p);
    const kernels = direct ? this.direct() : this.packed();
    const [packA, packB, macro] = [via(kernels.packA), via(kernels.packB), via(kernels.macro)];
    const blockA = p.scratch + tileBytes;
    const rowsPerBlock = direct ? to - from : this.blockRows;
    const depth = blockDepth(p.depth);
    const aBytes = direct ? 0 : Math.min(p.m, this.blockRows) * depth * bytes;
    const blockB = blockA + roundUp(aBytes, 16);
    for (let j = 0; j < p.n; j += blockColumns) {
      const nb = Math.min(p.n - j, blockColumns);
      for (let k = 0; k < p.depth; k += depth) {
        const kb = Math.min(p.depth - k, depth);
        packB(blockB, b.pointer + j * bColumn + k * bRow, nb, kb, bColumn, bRow);
        const more = k > 0 || p.accumulate ? flags.accumulate : 0;
        const flag = more | (k + kb === p.depth ? flags.last : 0);
        for (let i = from; i < to; i += rowsPerBlock) {
          const mb = Math.min(to - i, rowsPerBlock);
          const corner = a.pointer + i * aRow + k * aColumn;
          if (!direct) packA(blockA, corner, mb, kb, aRow, aColumn);
          const left = direct ? corner : blockA;
          const at = c.pointer + i * cRow + j * cColumn;
          macro(
            mb,
            nb,
            kb,
            left,
            aRow,
            blockB,
            p.scratch,
            at,
            cRow,
            cColumn,
            flag,
            i,
            j,
            ...(p.args ?? none),
          );
        }
      }
    }
  }

  packed(): Kernels {
    this.packedKernels ??= this.blockKernels(false);
    return this.packedKernels;
  }

  direct(): Kernels {
    this.directKernels ??= this.blockKernels(true);
    return this.directKernels;
  }

  private blockKernels(direct: boolean): Kernels {
    const module = new Module(this.target);
    const type = element(this.name, this.target);
    definePack(module, 'packA', type.bytes, this.rows, 1);
    definePack(module, 'packB', type.bytes, this.columns, type.width);
    defineMacro(module, 'macro', type, this.blocking, direct, this.epilogue);
    return instantiate<Kernels>(module, this.memory);
  }

  private vector(): VectorKernels {
    if (this.vectorKernels === undefined) {
      const module = new Module(this.target);
      const type = element(this.name, this.target);
      defineDots(module, type, this.epilogue);
      defineSums(module, type, this.epilogue);
      defineSmall(module, type, this.epilogue);
      definePack(module, 'gather', type.bytes, 4, 1);
      this.vectorKernels = instantiate<VectorKernels>(module, this.memory);
    }
    return this.vectorKernels;
  }
}

const none: readonly number[] = [];
export const asItIs: Via = (call) => call;

/** Blocks of equal depth: a thin last one would cost as much in stores as a full one. */
export const blockDepth: (depth: number) => number = (depth) =>
  Math.ceil(depth / Math.max(1, Math.round(depth / goalDepth)));

export const roundUp: (x: number, to: number) => number = (x, to) => Math.ceil(x / to) * to;
