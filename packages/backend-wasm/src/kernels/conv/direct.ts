import type { Expr, Func, FunctionBuilder, Local, Module, Target } from '../../asm/index.ts';
import { i32, v128 } from '../../asm/index.ts';
import { type Element, type ElementName, element } from '../matmul/element.ts';

type I = Expr<'i32'>;
type V = Expr<'v128'>;
type Kernel = Func<readonly 'i32'[], 'void'>;

/** How far apart in the image the elements of neighbouring results are. */
export type ColumnStep = 1 | 2 | 'any';

/** Vectors that are summed side by side: as many as hide the time that an addition takes. */
const CHAINS = 4;

/**
 * One channel's results straight from the image, for so few channels that packing patches would not pay: each is
 * Σ a[k] · image[rowOffsets[k] + where the result looks]. Parameters: c (contiguous), rows, columns, base, bytes between
 * rows and between columns of the image as the results see it, rowOffsets, depth, a.
 */
export function defineDirectRow(module: Module, target: Target, name: ElementName, step: ColumnStep): Kernel {
  const e = element(name, target);
  const types = Array.from({ length: 9 }, () => 'i32' as const);
  return module.func('row', types as readonly 'i32'[], 'void', (f, ...all) => {
    const [c, rows, columns, base, rowPitch, columnPitch, rowOffsets, depth, a] = all as Local<'i32'>[] as [
      Local<'i32'>,
      Local<'i32'>,
      I,
      Local<'i32'>,
      I,
      I,
      I,
      I,
      I,
    ];
    const end = f.let(i32.add(rowOffsets, i32.mul(depth, 4)));
    const [left, from, tap, weight] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
    const strip = (vectors: number, lanes: number): void => {
      const sums = Array.from({ length: vectors }, () => f.local('v128'));
      f.while(i32.ge_u(left, vectors * lanes), () => {
        for (const sum of sums) f.set(sum, v128.zero);
        f.set(tap, rowOffsets);
        f.set(weight, a);
        f.walk(tap, end, 4, () => {
          const at = f.let(i32.add(from, i32.load(tap)));
          const x = f.let(e.splat(weight));
          sums.forEach((sum, j) => {
            const loaded = lanes === 1 ? e.load1(at) : gather(f, e, step, at, columnPitch, j);
            f.set(sum, e.madd(loaded, x, sum));
          });
          f.set(weight, i32.add(weight, e.bytes));
        });
        sums.forEach((sum, j) => {
          f.do(lanes === 1 ? e.store1(c, sum) : v128.store(c, sum, 16 * j));
        });
        f.set(c, i32.add(c, vectors * lanes * e.bytes));
        f.set(from, i32.add(from, i32.mul(columnPitch, vectors * lanes)));
        f.set(left, i32.sub(left, vectors * lanes));
      });
    };
    f.while(rows, () => {
      f.set(from, base);
      f.set(left, columns);
      strip(CHAINS, e.width);
      strip(1, e.width);
      strip(1, 1);
      f.set(base, i32.add(base, rowPitch));
      f.set(rows, i32.sub(rows, 1));
    });
  });
}

/**
 * One element of a weight's gradient: the sum over all results of their gradient times what a tap sees. Parameters: c,
 * rows, columns, base, bytes between rows and between columns of the image as the results see it, gradient (contiguous),
 * 1 to add to what is at c.
 */
export function defineDirectDot(module: Module, target: Target, name: ElementName, step: ColumnStep): Kernel {
  const e = element(name, target);
  const types = Array.from({ length: 8 }, () => 'i32' as const);
  return module.func('dot', types as readonly 'i32'[], 'void', (f, ...all) => {
    const [c, rows, columns, base, rowPitch, columnPitch, gradient, accumulate] = all as Local<'i32'>[] as [
      I,
      Local<'i32'>,
      I,
      Local<'i32'>,
      I,
      I,
      Local<'i32'>,
      I,
    ];
    const sums = Array.from({ length: CHAINS }, () => f.local('v128'));
    const [left, from] = [f.local('i32'), f.local('i32')];
    const strip = (vectors: number, lanes: number): void => {
      f.while(i32.ge_u(left, vectors * lanes), () => {
        for (let j = 0; j < vectors; j++) {
          const seen = lanes === 1 ? e.load1(from) : gather(f, e, step, from, columnPitch, j);
          const g = lanes === 1 ? e.load1(gradient) : v128.load(gradient, 16 * j);
          f.set(sums[j]!, e.madd(f.let(seen), f.let(g), sums[j]!));
        }
        f.set(gradient, i32.add(gradient, vectors * lanes * e.bytes));
        f.set(from, i32.add(from, i32.mul(columnPitch, vectors * lanes)));
        f.set(left, i32.sub(left, vectors * lanes));
      });
    };
    f.while(rows, () => {
      f.set(from, base);
      f.set(left, columns);
      strip(CHAINS, e.width);
      strip(1, e.width);
      strip(1, 1);
      f.set(base, i32.add(base, rowPitch));
      f.set(rows, i32.sub(rows, 1));
    });
    const all4 = sums.slice(1).reduce<V>((sum, more) => e.add(sum, more), sums[0]!);
    const total = f.let(e.sumLanes(f, all4));
    f.if(accumulate, () => f.set(total, e.add(total, e.load1(c))));
    f.do(e.store1(c, total));
  });
}

/** Vector `j` of elements `pitch` bytes apart; never reads past the last of them. */
function gather(f: FunctionBuilder, e: Element, step: ColumnStep, at: Local<'i32'>, pitch: I, j: number): V {
  if (step === 1) return v128.load(at, 16 * j);
  if (step === 2 && e.bytes === 4) {
    return v128.shuffle32(v128.load(at, 32 * j), v128.load(at, 32 * j + 12), [0, 2, 5, 7]);
  }
  let from: Local<'i32'> = j === 0 ? at : f.let(i32.add(at, i32.mul(pitch, j * e.width)));
  let value: V = e.load1(from);
  for (let lane = 1; lane < e.width; lane++) {
    from = f.let(i32.add(from, pitch));
    value = f.let(e.bytes === 4 ? v128.load32_lane(from, value, lane) : v128.load64_lane(from, value, lane));
  }
  return value;
}
