import type { Expr, Func, FunctionBuilder, Local, Module } from '../../asm/index.ts';
import { f32, f64, i32, select, v128 } from '../../asm/index.ts';
import { transpose } from '../matmul/pack.ts';

type I = Expr<'i32'>;
type V = Expr<'v128'>;
type Ints<N extends number, T extends 'i32'[] = []> = T['length'] extends N ? T : Ints<N, [...T, 'i32']>;

const ints = <N extends number>(count: N): Readonly<Ints<N>> =>
  Array.from({ length: count }, () => 'i32' as const) as Ints<N>;

/**
 * Packs the matrix whose element (k, j) is at `base + rowOffsets[k] + columnOffsets[j]`, a convolution's patches,
 * as the matrix kernels want B. Parameters: to, base, columnOffsets, columns, rowOffsets, depth.
 */
export function definePackPatches(
  module: Module,
  name: string,
  bytes: 4 | 8,
  width: number,
): Func<Readonly<Ints<6>>, 'void'> {
  const lanes = 16 / bytes;
  return module.func(name, ints(6), 'void', (f, to, base, offsets, columns, rowOffsets, depth) => {
    const column = f.local('i32');
    const rowsEnd = f.let(i32.add(rowOffsets, i32.mul(depth, 4)));
    f.walk(column, columns, 0, () => {
      const left = f.let(i32.sub(columns, column));
      const valid = f.let(select(i32.lt_u(left, width), left, i32.const(width)));
      const step = f.let(i32.mul(i32.and(i32.add(valid, lanes - 1), -lanes), bytes));
      const vector = f.local('i32');
      f.set(vector, 0);
      f.walk(vector, step, 16, () => {
        const first = i32.add(column, i32.div_u(vector, bytes));
        packVector(f, bytes, {
          to: f.let(i32.add(to, vector)),
          base,
          offsets,
          first: f.let(first),
          last: f.let(i32.sub(columns, 1)),
          rowOffsets,
          rowsEnd,
          step,
        });
      });
      f.set(to, i32.add(to, i32.mul(step, depth)));
      f.set(column, i32.add(column, valid));
    });
  });
}

interface VectorSite {
  readonly to: Local<'i32'>;
  readonly base: I;
  readonly offsets: I;
  readonly first: I;
  readonly last: I;
  readonly rowOffsets: I;
  readonly rowsEnd: I;
  readonly step: I;
}

/** A vector's worth of columns, all the way down. */
function packVector(f: FunctionBuilder, bytes: 4 | 8, site: VectorSite): void {
  const { to, base, offsets, first, last, rowOffsets, rowsEnd, step } = site;
  const lanes = 16 / bytes;
  // Past the end the last column is repeated: what it adds is never looked at.
  const starts = Array.from({ length: lanes }, (_, i) => {
    const wanted = f.let(i32.add(first, i));
    const index = select(i32.lt_u(wanted, last), wanted, last);
    return f.let(i32.add(base, i32.load(i32.add(offsets, i32.mul(index, 4)))));
  });
  const neighbours = (points: readonly I[]): I =>
    points
      .slice(1)
      .map((point, i) => i32.eq(i32.sub(point, points[i] as I), bytes))
      .reduce((a, b) => i32.and(a, b));
  const row = f.let(rowOffsets);
  const origin = starts[0] as I;
  const lane = (at: I, vector: V, i: number): V =>
    bytes === 4 ? v128.load32_lane(at, vector, i) : v128.load64_lane(at, vector, i);
  const gather = (offset: I): V => {
    const head = i32.add(origin, offset);
    const zero = bytes === 4 ? v128.load32_zero(head) : v128.load64_zero(head);
    return starts.slice(1).reduce((v, start, i) => lane(i32.add(start, offset), v, i + 1), zero);
  };
  const next = (rows: number): void => {
    f.set(row, i32.add(row, 4 * rows));
    for (let k = 0; k < rows; k++) f.set(to, i32.add(to, step));
  };
  f.if(
    neighbours(starts),
    () => {
      f.while(i32.ne(row, rowsEnd), () => {
        f.do(v128.store(to, v128.load(i32.add(origin, i32.load(row)))));
        next(1);
      });
    },
    () => {
      f.while(i32.ne(row, rowsEnd), () => {
        const offset = f.let(i32.load(row));
        const together = f.local('i32');
        f.set(together, 0);
        f.if(i32.le_u(i32.add(row, 4 * lanes), rowsEnd), () => {
          const rest = Array.from({ length: lanes - 1 }, (_, k) => i32.load(row, 4 * (k + 1)));
          f.set(together, neighbours([offset, ...rest.map((x) => f.let(x))]));
        });
        f.if(
          together,
          () => {
            const loaded = starts.map((start) => f.let(v128.load(i32.add(start, offset))));
            const turned = transpose(f, loaded).map((v) => f.let(v));
            for (const v of turned) {
              f.do(v128.store(to, v));
              f.set(to, i32.add(to, step));
            }
            f.set(row, i32.add(row, 4 * lanes));
          },
          () => {
            f.do(v128.store(to, gather(offset)));
            next(1);
          },
        );
      });
    },
  );
}

/**
 * Copies a four-dimensional box between any strides. Parameters: to, from, four sizes, four strides of `to`, four of
 * `from`, in bytes.
 */
export function defineCopyBox(module: Module, name: string, bytes: 4 | 8): Func<Readonly<Ints<14>>, 'void'> {
  return module.func(name, ints(14), 'void', (f, ...params) => {
    const [to, from] = params;
    const sizes = params.slice(2, 6) as I[];
    const toStrides = params.slice(6, 10) as I[];
    const fromStrides = params.slice(10, 14) as I[];
    const nest = (axis: number, t: I, s: I): void => {
      const size = sizes[axis] as I;
      const toStride = toStrides[axis] as I;
      const fromStride = fromStrides[axis] as I;
      const p = f.let(t);
      const q = f.let(s);
      const end = f.let(i32.add(p, i32.mul(size, toStride)));
      if (axis < 3) {
        f.walk(p, end, toStride, () => {
          nest(axis + 1, p, q);
          f.set(q, i32.add(q, fromStride));
        });
        return;
      }
      f.if(i32.and(i32.eq(toStride, bytes), i32.eq(fromStride, bytes)), () => {
        const whole = f.let(i32.add(p, i32.and(i32.mul(size, bytes), -16)));
        f.walk(p, whole, 16, () => {
          f.do(v128.store(p, v128.load(q)));
          f.set(q, i32.add(q, 16));
        });
      });
      f.walk(p, end, toStride, () => {
        f.do(bytes === 4 ? f32.store(p, f32.load(q)) : f64.store(p, f64.load(q)));
        f.set(q, i32.add(q, fromStride));
      });
    };
    nest(0, to, from);
  });
}
