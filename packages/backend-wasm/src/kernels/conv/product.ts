import { instantiate, Module, memory, type Target } from '../../asm/index.ts';
import { OWN, Piece, type Pool } from '../../threads/index.ts';
import type { ElementName } from '../matmul/index.ts';
import { asItIs, blockDepth, type Matmul, roundUp, tileBytes, type Via } from '../matmul/matmul.ts';
import { flags } from '../matmul/micro.ts';
import { FEW, FewChannels, type Grid } from './few-channels.ts';
import type { Layout } from './layout.ts';
import { defineCopyBox, definePackPatches } from './patches.ts';

type Call = (...args: number[]) => void;

interface Helpers {
  readonly packPatches: Call;
  readonly copyBox: Call;
  readonly clear: Call;
}

/** Columns of a block of patches: it stays in the second cache while every channel passes by. */
export const blockColumns = 256;
/** Rows of a block of the other operand. */
export const blockRows = 96;

/** Columns of a part that a thread does, at least: below that, packing the other operand again costs too much. */
const leastColumns = 64;

/** Threads that share a convolution; their own scratch memory lies behind what one thread needs. */
export interface Cut {
  readonly pool: Pool;
  readonly crew: number;
}

/** One product `C (+)= A·patches`, with tables that say where the patches' elements are. */
export interface PatchProduct {
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

/** Products with patches, of one element type. */
export class PatchProducts {
  readonly few: FewChannels;
  private readonly memory: WebAssembly.Memory;
  private readonly target: Target;
  private readonly plain: Matmul;
  private helpers: Helpers | undefined;

  constructor(memory: WebAssembly.Memory, target: Target, name: ElementName, plain: Matmul) {
    this.memory = memory;
    this.target = target;
    this.plain = plain;
    this.few = new FewChannels(memory, target, name, plain.bytes);
  }

  /** Column by column, or shared by threads in parts of whole register tiles: no element's arithmetic is another. */
  run(matmul: Matmul, at: Layout, args: readonly number[], p: PatchProduct, cut: Cut | undefined): void {
    const via = at.job?.via ?? asItIs;
    if (p.m <= FEW && matmul === this.plain && !p.accumulate) {
      this.few.rows(p, via);
      return;
    }
    if (cut === undefined || at.job !== undefined) {
      for (let j = 0; j < p.n; j += blockColumns) {
        this.columns(matmul, at, args, p, j, Math.min(blockColumns, p.n - j), via);
      }
      return;
    }
    const { pool, crew } = cut;
    const own = { blockA: OWN + tileBytes, blockB: OWN + tileBytes + at.blockB - at.blockA };
    const parts = crew * Math.ceil(p.n / (blockColumns * crew));
    const width = Math.max(leastColumns, roundUp(p.n / parts, matmul.columns));
    const job = pool.job(at.threads, at.ownBytes);
    for (let j = 0; j < p.n; j += width) {
      const piece = new Piece();
      this.columns(matmul, own, args, p, j, Math.min(width, p.n - j), piece.via);
      job.add(piece);
    }
    job.run();
  }

  private columns(
    matmul: Matmul,
    at: Pick<Layout, 'blockA' | 'blockB'>,
    args: readonly number[],
    p: PatchProduct,
    j: number,
    nb: number,
    via: Via,
  ): void {
    const { bytes } = this.plain;
    const packed = matmul.packed();
    const [packA, macro] = [via(packed.packA), via(packed.macro)];
    const packPatches = via(this.kernels().packPatches);
    const step = blockDepth(p.depth);
    const [aRow, cRow] = [p.depth * bytes, p.n * bytes];
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

  /** Besides, what copies between any strides, and what fills with zeros from an address on. */
  kernels(): Helpers {
    if (this.helpers !== undefined) return this.helpers;
    const module = new Module(this.target);
    definePackPatches(module, 'packPatches', this.plain.bytes, this.plain.columns);
    defineCopyBox(module, 'copyBox', this.plain.bytes);
    module.func('clear', ['i32', 'i32'] as const, 'void', (f, at, bytes) => f.do(memory.fill(at, 0, bytes)));
    const helpers = instantiate<Helpers>(module, this.memory);
    this.helpers = helpers;
    return helpers;
  }
}
