import type { Expr, Func, FunctionBuilder, Local, Module } from '../../asm/index.ts';
import { i32, v128 } from '../../asm/index.ts';
import type { Element } from './element.ts';

type V = Expr<'v128'>;
type I = Expr<'i32'>;

/** A tail of the kernel: what happens to a finished element before it is stored. */
export interface Epilogue {
  /** How many i32 arguments `emit` takes, given with each call. */
  readonly params: number;
  emit(site: EpilogueSite): V;
}

export interface EpilogueSite {
  readonly f: FunctionBuilder;
  readonly value: Local<'v128'>;
  /** Of the first element of `value`; the others are in the columns that follow. */
  readonly row: I;
  readonly column: I;
  readonly args: readonly I[];
  /** As many consecutive elements as `value` holds (one, at the edges). */
  load(address: I): V;
}

export const flags: { readonly accumulate: 1; readonly last: 2 } = { accumulate: 1, last: 2 };

/** The destination tile as the kernels see it. */
export interface Site {
  readonly c: I;
  readonly rowStride: I;
  readonly columnStride: I;
  readonly flags: I;
  readonly row: I;
  readonly column: I;
  readonly args: readonly I[];
}

const siteParams = (epilogue: Epilogue | undefined): 'i32'[] =>
  Array.from({ length: 6 + (epilogue?.params ?? 0) }, () => 'i32');

/** The parameters that carry a `Site`, in order. */
export const siteTypes: (epilogue: Epilogue | undefined) => readonly 'i32'[] = siteParams;

export function siteOf(params: readonly I[]): Site {
  const [c, rowStride, columnStride, flag, row, column, ...args] = params as [I, I, I, I, I, I, ...I[]];
  return { c, rowStride, columnStride, flags: flag, row, column, args };
}

export const siteArgs = (site: Site): I[] => [
  site.c,
  site.rowStride,
  site.columnStride,
  site.flags,
  site.row,
  site.column,
  ...site.args,
];

/** Adds what is there already if asked to, applies the epilogue on the last visit, stores. */
export function finish(
  f: FunctionBuilder,
  element: Element,
  epilogue: Epilogue | undefined,
  site: Site,
  address: I,
  offset: number,
  whole: boolean,
  value: V,
  place: { readonly row: I; readonly column: I },
): void {
  const at = f.let(address);
  const v = f.let(value);
  const load = (from: I): V => (whole ? v128.load(from, offset) : element.load1(from, offset));
  f.if(i32.and(site.flags, flags.accumulate), () => f.set(v, element.add(v, load(at))));
  if (epilogue !== undefined) {
    f.if(i32.and(site.flags, flags.last), () => {
      const emitted = epilogue.emit({
        f,
        value: v,
        ...place,
        args: site.args,
        load: (from) => (whole ? v128.load(from) : element.load1(from)),
      });
      f.set(v, emitted);
    });
  }
  f.do(whole ? v128.store(at, v, offset) : element.store1(at, v, offset));
}

export interface MicroShape {
  readonly rows: number;
  /** In vectors. */
  readonly vectors: number;
  /** A is read where it lies, row by row, instead of from a packed panel. */
  readonly direct: boolean;
  /** Of the widest tile: the others, for the rest of a matrix, are kept shorter. */
  readonly fullRows: number;
}

export type Micro = Func<readonly 'i32'[], 'void'>;

/**
 * `C[rows × vectors·width] (+)= A·B` with all sums in registers.
 * Parameters: depth, a, aRowStride (direct only), b, columns that count, scratch tile, then the site.
 */
export function defineMicro(
  module: Module,
  element: Element,
  shape: MicroShape,
  epilogue: Epilogue | undefined,
): Micro {
  const { rows, vectors, direct, fullRows } = shape;
  const { bytes, width } = element;
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', ...siteParams(epilogue)] as const;
  return module.func(undefined, params, 'void', (f, ...all) => {
    const [depth, a, aRowStride, b, columns, tile] = all as unknown as Local<'i32'>[] as [
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
    ];
    const site = siteOf(all.slice(6) as I[]);
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local('v128')));
    const aRows = [a];
    if (direct) {
      for (let i = 1; i < rows; i++) aRows.push(f.let(i32.add(aRows[i - 1] as I, aRowStride)));
    }
    const aStep = direct ? bytes : rows * bytes;
    const bStep = vectors * width * bytes;
    const step = (k: number): void => {
      const bs = Array.from({ length: vectors }, (_, j) => f.let(v128.load(b, k * bStep + j * 16)));
      for (let i = 0; i < rows; i++) {
        const at = aRows[direct ? i : 0] as I;
        const x = f.let(element.splat(at, k * aStep + (direct ? 0 : i * bytes)));
        for (let j = 0; j < vectors; j++) {
          const sum = sums[i]?.[j] as Local<'v128'>;
          f.set(sum, element.madd(x, bs[j] as V, sum));
        }
      }
    };
    const run = (count: I, unroll: number): void => {
      const end = f.let(i32.add(b, i32.mul(count, bStep)));
      f.walk(b, end, unroll * bStep, () => {
        for (let k = 0; k < unroll; k++) step(k);
        for (const at of aRows) f.set(at, i32.add(at, unroll * aStep));
      });
    };
    const unroll = rows === fullRows ? 4 : 2;
    run(i32.and(depth, -unroll), unroll);
    run(i32.and(depth, unroll - 1), 1);
    store(f, element, epilogue, site, sums, columns, tile);
  });
}

function store(
  f: FunctionBuilder,
  element: Element,
  epilogue: Epilogue | undefined,
  site: Site,
  sums: readonly (readonly V[])[],
  columns: I,
  tile: I,
): void {
  const { bytes, width } = element;
  const vectors = sums[0]?.length ?? 0;
  const full = i32.and(i32.eq(columns, vectors * width), i32.eq(site.columnStride, bytes));
  f.if(
    full,
    () => {
      const address = f.let(site.c);
      sums.forEach((line, i) => {
        if (i > 0) f.set(address, i32.add(address, site.rowStride));
        line.forEach((sum, j) => {
          const place = { row: i32.add(site.row, i), column: i32.add(site.column, j * width) };
          finish(f, element, epilogue, site, address, j * 16, true, sum, place);
        });
      });
    },
    () => {
      sums.forEach((line, i) => {
        line.forEach((sum, j) => {
          f.do(v128.store(tile, sum, (i * vectors + j) * 16));
        });
      });
      const edge = defineEdge(f.module, element, epilogue);
      f.do(edge.call(tile, vectors * 16, sums.length, columns, ...siteArgs(site)));
    },
  );
}

/** Moves the valid part of a tile from scratch to a destination with any strides. */
export function defineEdge(
  module: Module,
  element: Element,
  epilogue: Epilogue | undefined,
): Func<readonly 'i32'[], 'void'> {
  const params = ['i32', 'i32', 'i32', 'i32', ...siteParams(epilogue)] as const;
  return module.helper('edge', () =>
    module.func(undefined, params as readonly 'i32'[], 'void', (f, ...all) => {
      const [tile, tileStride, rows, columns] = all as unknown as [I, I, I, I];
      const site = siteOf(all.slice(4) as I[]);
      const i = f.local('i32');
      const j = f.local('i32');
      f.walk(i, rows, 1, () => {
        const line = f.let(i32.add(tile, i32.mul(i, tileStride)));
        const address = f.let(i32.add(site.c, i32.mul(i, site.rowStride)));
        f.set(j, 0);
        f.walk(j, columns, 1, () => {
          const place = { row: i32.add(site.row, i), column: i32.add(site.column, j) };
          finish(f, element, epilogue, site, address, 0, false, element.load1(line), place);
          f.set(line, i32.add(line, element.bytes));
          f.set(address, i32.add(address, site.columnStride));
        });
      });
    }),
  );
}
