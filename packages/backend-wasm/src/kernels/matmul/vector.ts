import type { Expr, Func, FunctionBuilder, Local, Module } from '../../asm/index.ts';
import { i32, v128 } from '../../asm/index.ts';
import type { Element } from './element.ts';
import type { Epilogue, Site } from './micro.ts';
import { defineEdge, siteArgs, siteOf, siteTypes } from './micro.ts';

type I = Expr<'i32'>;
type V = Local<'v128'>;

/**
 * Matrix times vector. Parameters: count (of results), depth, matrix, stride between results, stride of depth,
 * vector (contiguous), 1 if the results run along a row of C and 0 if down a column, scratch tile, then the site.
 */
export type MatrixVector = Func<readonly 'i32'[], 'void'>;

interface Operands {
  readonly depth: I;
  readonly matrix: Local<'i32'>;
  readonly stride: I;
  readonly depthStride: I;
  readonly vector: I;
}

function define(
  module: Module,
  name: string,
  element: Element,
  epilogue: Epilogue | undefined,
  sizes: readonly number[],
  block: (f: FunctionBuilder, size: number, operands: Operands, tile: I) => void,
): MatrixVector {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', ...siteTypes(epilogue)] as const;
  const edge = defineEdge(module, element, epilogue);
  return module.func(name, params as readonly 'i32'[], 'void', (f, ...all) => {
    const [count, depth, , stride, depthStride, vector, alongRow, tile] = all as unknown as I[] as [
      I,
      I,
      I,
      I,
      I,
      I,
      I,
      I,
    ];
    const matrix = all[2] as unknown as Local<'i32'>;
    const site = siteOf(all.slice(8) as I[]);
    const c = f.let(site.c);
    const row = f.let(site.row);
    const column = f.let(site.column);
    const left = f.let(count);
    const here: Site = { ...site, c, row, column };
    for (const size of sizes) {
      f.while(i32.ge_s(left, size), () => {
        block(f, size, { depth, matrix, stride, depthStride, vector }, tile);
        f.if(
          alongRow,
          () => {
            f.do(edge.call(tile, 0, 1, size, ...siteArgs(here)));
            f.set(column, i32.add(column, size));
            f.set(c, i32.add(c, i32.mul(site.columnStride, size)));
          },
          () => {
            f.do(edge.call(tile, element.bytes, size, 1, ...siteArgs(here)));
            f.set(row, i32.add(row, size));
            f.set(c, i32.add(c, i32.mul(site.rowStride, size)));
          },
        );
        f.set(matrix, i32.add(matrix, i32.mul(stride, size)));
        f.set(left, i32.sub(left, size));
      });
    }
  });
}

/** The matrix is contiguous along the depth: dot products. */
export function defineDots(module: Module, element: Element, epilogue: Epilogue | undefined): MatrixVector {
  const { bytes, width } = element;
  const chains = 2;
  return define(
    module,
    'dots',
    element,
    epilogue,
    [4, 1],
    (f, size, { depth, matrix, stride, vector }, tile) => {
      const x = f.let(vector);
      const rows = [f.let(matrix)];
      for (let i = 1; i < size; i++) rows.push(f.let(i32.add(rows[i - 1] as I, stride)));
      const sums = rows.map(() => Array.from({ length: chains }, () => f.local('v128')));
      for (const line of sums) for (const sum of line) f.set(sum, v128.zero);
      const run = (until: I, step: number, load: (at: I, k: number) => Expr<'v128'>, used: number): void => {
        f.walk(x, until, step, () => {
          for (let k = 0; k < used; k++) {
            const xs = f.let(load(x, k));
            rows.forEach((at, i) => {
              const sum = sums[i]?.[k] as V;
              f.set(sum, element.madd(load(at, k), xs, sum));
            });
          }
          for (const at of rows) f.set(at, i32.add(at, step));
        });
      };
      const whole = i32.mul(i32.and(depth, -(width * chains)), bytes);
      const end = f.let(i32.add(vector, i32.mul(depth, bytes)));
      run(f.let(i32.add(vector, whole)), 16 * chains, (at, k) => v128.load(at, 16 * k), chains);
      run(end, bytes, (at) => element.load1(at), 1);
      sums.forEach(([a, b], i) => {
        f.do(element.store1(tile, element.sumLanes(f, element.add(a as V, b as V)), i * bytes));
      });
    },
  );
}

/** The matrix is contiguous along the results: sums of scaled rows, kept in registers. */
export function defineSums(module: Module, element: Element, epilogue: Epilogue | undefined): MatrixVector {
  const { bytes, width } = element;
  return define(
    module,
    'sums',
    element,
    epilogue,
    [8 * width, width, 1],
    (f, size, { depth, matrix, depthStride, vector }, tile) => {
      const vectors = Math.max(1, size / width);
      const sums = Array.from({ length: vectors }, () => f.local('v128'));
      for (const sum of sums) f.set(sum, v128.zero);
      const x = f.let(vector);
      const line = f.let(matrix);
      f.walk(x, f.let(i32.add(vector, i32.mul(depth, bytes))), bytes, () => {
        const xs = f.let(element.splat(x));
        sums.forEach((sum, j) => {
          const loaded = size === 1 ? element.load1(line) : v128.load(line, 16 * j);
          f.set(sum, element.madd(loaded, xs, sum));
        });
        f.set(line, i32.add(line, depthStride));
      });
      sums.forEach((sum, j) => {
        f.do(v128.store(tile, sum, 16 * j));
      });
    },
  );
}

/** Anything, element by element: for the very small. */
export function defineSmall(
  module: Module,
  element: Element,
  epilogue: Epilogue | undefined,
): Func<readonly 'i32'[], 'void'> {
  const { bytes } = element;
  const edge = defineEdge(module, element, epilogue);
  const params = [...Array.from({ length: 10 }, () => 'i32' as const), ...siteTypes(epilogue)];
  return module.func('small', params as readonly 'i32'[], 'void', (f, ...all) => {
    const [m, n, depth, a, aRow, aColumn, b, bRow, bColumn, tile] = all as unknown as I[] as [
      I,
      I,
      I,
      I,
      I,
      I,
      I,
      I,
      I,
      I,
    ];
    const site = siteOf(all.slice(10) as I[]);
    const i = f.local('i32');
    const j = f.local('i32');
    const k = f.local('i32');
    const sum = f.local('v128');
    f.walk(i, m, 1, () => {
      const out = f.let(tile);
      f.set(j, 0);
      f.walk(j, n, 1, () => {
        const p = f.let(i32.add(a, i32.mul(i, aRow)));
        const q = f.let(i32.add(b, i32.mul(j, bColumn)));
        f.set(sum, v128.zero);
        f.set(k, 0);
        f.walk(k, depth, 1, () => {
          f.set(sum, element.madd(element.load1(p), element.load1(q), sum));
          f.set(p, i32.add(p, aColumn));
          f.set(q, i32.add(q, bRow));
        });
        f.do(element.store1(out, sum));
        f.set(out, i32.add(out, bytes));
      });
      const c = i32.add(site.c, i32.mul(i, site.rowStride));
      f.do(edge.call(tile, 0, 1, n, ...siteArgs({ ...site, c, row: i32.add(site.row, i) })));
    });
  });
}
