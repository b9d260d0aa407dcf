import type { Expr, Func, FunctionBuilder, Local, Module } from '../../asm/index.ts';
import { f32, f64, i32, v128 } from '../../asm/index.ts';

type V = Expr<'v128'>;
type I = Local<'i32'>;

/**
 * Rearranges a `count × depth` matrix into panels of `width` consecutive elements, each panel depth-major, so that
 * the micro-kernel reads it from front to back. The last panel has `⌈rest/grain⌉·grain` elements per step, zeros
 * behind the rest. All strides in bytes.
 */
export type Pack = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export function definePack(module: Module, name: string, bytes: 4 | 8, width: number, grain: number): Pack {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.func(name, params, 'void', (f, dst, src, count, depth, stride, depthStride) => {
    const to = f.let(dst);
    const from = f.let(src);
    const left = f.let(count);
    f.while(i32.ge_s(left, width), () => {
      f.if(
        i32.eq(stride, bytes),
        () => alongPanel(f, bytes, width, to, from, depth, depthStride),
        () => acrossPanel(f, bytes, width, to, from, depth, stride, depthStride),
      );
      f.set(to, i32.add(to, i32.mul(depth, width * bytes)));
      f.set(from, i32.add(from, i32.mul(stride, width)));
      f.set(left, i32.sub(left, width));
    });
    f.if(i32.and(i32.ne(left, 0), i32.ne(depth, 0)), () =>
      rest(f, bytes, grain, to, from, left, depth, stride, depthStride),
    );
  });
}

/** Elements of a step lie side by side: copy. */
function alongPanel(
  f: FunctionBuilder,
  bytes: 4 | 8,
  width: number,
  to: I,
  from: I,
  depth: I,
  depthStride: I,
): void {
  const p = f.let(from);
  const q = f.let(to);
  const end = f.let(i32.add(to, i32.mul(depth, width * bytes)));
  const total = width * bytes;
  f.walk(q, end, total, () => {
    let at = 0;
    for (; at + 16 <= total; at += 16) f.do(v128.store(q, v128.load(p, at), at));
    for (; at + 8 <= total; at += 8) f.do(f64.store(q, f64.load(p, at), at));
    if (at < total) f.do(f32.store(q, f32.load(p, at), at));
    f.set(p, i32.add(p, depthStride));
  });
}

/** Steps lie side by side: transpose in registers; anything else goes element by element. */
function acrossPanel(
  f: FunctionBuilder,
  bytes: 4 | 8,
  width: number,
  to: I,
  from: I,
  depth: I,
  stride: I,
  depthStride: I,
): void {
  const lanes = 16 / bytes;
  const step = width * bytes;
  const q = f.let(to);
  const end = f.let(i32.add(to, i32.mul(depth, step)));
  const rows = Array.from({ length: width }, () => f.local('i32'));
  rows.forEach((row, i) => {
    const before = rows[i - 1];
    f.set(row, before === undefined ? from : i32.add(before, stride));
  });
  const advance = (by: number | Expr<'i32'>): void => {
    for (const row of rows) f.set(row, i32.add(row, by));
  };
  f.if(i32.eq(depthStride, bytes), () => {
    const blocks = i32.mul(i32.and(depth, -lanes), step);
    const blocksEnd = f.let(i32.add(to, blocks));
    f.walk(q, blocksEnd, step * lanes, () => {
      for (let i = 0; i + lanes <= width; i += lanes) {
        const loaded = rows.slice(i, i + lanes).map((row) => f.let(v128.load(row)));
        transpose(f, loaded).forEach((v, k) => {
          f.do(v128.store(q, v, k * step + i * bytes));
        });
      }
      for (let i = width - (width % lanes); i < width; i++) {
        const row = rows[i] as I;
        for (let k = 0; k < lanes; k++) f.do(f32.store(q, f32.load(row, 4 * k), k * step + i * bytes));
      }
      advance(16);
    });
  });
  const move = bytes === 4 ? f32 : f64;
  f.walk(q, end, step, () => {
    rows.forEach((row, i) => {
      if (move === f32) f.do(f32.store(q, f32.load(row), i * bytes));
      else f.do(f64.store(q, f64.load(row), i * bytes));
    });
    advance(depthStride);
  });
}

/** Rows become columns, for 4 vectors of 4 or 2 vectors of 2. */
export function transpose(f: FunctionBuilder, rows: readonly V[]): readonly V[] {
  const [a, b, c, d] = rows as [V, V, V | undefined, V | undefined];
  if (c === undefined || d === undefined) return [v128.shuffle64(a, b, [0, 2]), v128.shuffle64(a, b, [1, 3])];
  const ab = f.let(v128.shuffle32(a, b, [0, 4, 1, 5]));
  const cd = f.let(v128.shuffle32(c, d, [0, 4, 1, 5]));
  const abHigh = f.let(v128.shuffle32(a, b, [2, 6, 3, 7]));
  const cdHigh = f.let(v128.shuffle32(c, d, [2, 6, 3, 7]));
  return [
    v128.shuffle64(ab, cd, [0, 2]),
    v128.shuffle64(ab, cd, [1, 3]),
    v128.shuffle64(abHigh, cdHigh, [0, 2]),
    v128.shuffle64(abHigh, cdHigh, [1, 3]),
  ];
}

/** The last, incomplete panel. */
function rest(
  f: FunctionBuilder,
  bytes: 4 | 8,
  grain: number,
  to: I,
  from: I,
  left: I,
  depth: I,
  stride: I,
  depthStride: I,
): void {
  const padded = f.let(i32.mul(i32.div_u(i32.add(left, grain - 1), grain), grain * bytes));
  const q = f.let(to);
  const p = f.local('i32');
  const line = f.let(from);
  const end = f.let(i32.add(to, i32.mul(depth, padded)));
  const valid = f.let(i32.mul(left, bytes));
  const stop = f.local('i32');
  if (grain * bytes === 16) {
    // Whole vectors may read past the valid elements, but not past the last one of all.
    const last = i32.add(i32.mul(i32.sub(depth, 1), depthStride), i32.sub(valid, padded));
    const wide = i32.and(i32.eq(stride, bytes), i32.gt_s(depthStride, 0));
    f.if(i32.and(wide, i32.gt_s(last, 0)), () => {
      const limit = f.let(i32.add(from, last));
      const vectors = f.local('i32');
      f.while(i32.le_u(line, limit), () => {
        f.set(vectors, 0);
        f.walk(vectors, padded, grain * bytes, () => {
          f.do(v128.store(i32.add(q, vectors), v128.load(i32.add(line, vectors))));
        });
        f.set(q, i32.add(q, padded));
        f.set(line, i32.add(line, depthStride));
      });
    });
  }
  f.walk(q, end, 0, () => {
    f.set(p, line);
    f.set(stop, i32.add(q, valid));
    const next = f.let(i32.add(q, padded));
    f.walk(q, stop, bytes, () => {
      if (bytes === 4) f.do(f32.store(q, f32.load(p)));
      else f.do(f64.store(q, f64.load(p)));
      f.set(p, i32.add(p, stride));
    });
    f.walk(q, next, bytes, () => {
      if (bytes === 4) f.do(f32.store(q, 0));
      else f.do(f64.store(q, 0));
    });
    f.set(line, i32.add(line, depthStride));
  });
}
