import type { Expr, Func, Local, Module } from '../../asm/index.ts';
import { i32, select } from '../../asm/index.ts';
import type { Element } from './element.ts';
import type { Epilogue, Micro } from './micro.ts';
import { defineMicro, siteArgs, siteOf, siteTypes } from './micro.ts';

type I = Expr<'i32'>;

export interface Blocking {
  /** Rows of a register tile. */
  readonly rows: number;
  /** Columns of a register tile, in vectors. */
  readonly vectors: number;
}

/**
 * Multiplies a block of A (packed, or where it lies) with a packed block of B.
 * Parameters: m, n, depth, a, aRowStride, b, scratch tile, then the site of the block's first element.
 */
export function defineMacro(
  module: Module,
  name: string,
  element: Element,
  blocking: Blocking,
  direct: boolean,
  epilogue: Epilogue | undefined,
): Func<readonly 'i32'[], 'void'> {
  const { rows, vectors } = blocking;
  const { bytes, width } = element;
  const columns = vectors * width;
  const micros: Micro[][] = [];
  for (let v = 1; v <= vectors; v++) {
    const line: Micro[] = [];
    for (let r = 1; r <= rows; r++) {
      line.push(defineMicro(module, element, { rows: r, vectors: v, direct, fullRows: rows }, epilogue));
    }
    micros.push(line);
  }
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', ...siteTypes(epilogue)] as const;
  return module.func(name, params as readonly 'i32'[], 'void', (f, ...all) => {
    const [m, n, depth, a, aRowStride, b, tile] = all as unknown as [I, I, I, I, I, I, I];
    const site = siteOf(all.slice(7) as I[]);
    const min = (x: I, most: number): I => select(i32.lt_s(x, most), x, i32.const(most));
    const i = f.local('i32');
    const j = f.local('i32');
    f.walk(j, n, 0, () => {
      const nb = f.let(min(i32.sub(n, j), columns));
      const bPanel = f.let(i32.add(b, i32.mul(i32.mul(j, depth), bytes)));
      const cColumn = f.let(i32.add(site.c, i32.mul(j, site.columnStride)));
      const width1 = f.let(i32.sub(i32.div_u(i32.add(nb, width - 1), width), 1));
      f.set(i, 0);
      f.walk(i, m, 0, () => {
        const mb: Local<'i32'> = f.let(min(i32.sub(m, i), rows));
        const aPanel = i32.add(a, i32.mul(i, direct ? aRowStride : i32.mul(depth, bytes)));
        const at = {
          ...site,
          c: i32.add(cColumn, i32.mul(i, site.rowStride)),
          row: i32.add(site.row, i),
          column: i32.add(site.column, j),
        };
        const args = [depth, aPanel, aRowStride, bPanel, nb, tile, ...siteArgs(at)];
        const call = (v: number, r: number): void => {
          const micro = micros[v]?.[r];
          if (micro !== undefined) f.do(micro.call(...args));
        };
        f.if(
          i32.and(i32.eq(mb, rows), i32.eq(width1, vectors - 1)),
          () => call(vectors - 1, rows - 1),
          () =>
            f.switch(
              width1,
              micros.map((line, v) => () => {
                f.switch(
                  i32.sub(mb, 1),
                  line.map((_, r) => () => call(v, r)),
                );
              }),
            ),
        );
        f.set(i, i32.add(i, mb));
      });
      f.set(j, i32.add(j, nb));
    });
  });
}
