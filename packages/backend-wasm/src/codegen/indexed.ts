import { type DType, dtypeInfo, type ScalarOp, type ScatterMode } from '@taimatsu/core/backend';
import {
  type Expr,
  type FunctionBuilder,
  f32,
  f64,
  i32,
  i64,
  type Local,
  type Module,
  memory,
  type Statement,
  select,
} from '../asm/index.ts';
import { itemsize, loadValue, storeValue } from './access.ts';
import { family } from './family.ts';
import { nest } from './nest.ts';

type I = Expr<'i32'>;

/** Where the first index that is out of range is left, an int64. */
export const BAD_INDEX = 512;

const params = ['i32', 'i32', 'i32', 'i32'] as const;

interface Axis {
  readonly size: I;
  /** In bytes. */
  readonly stride: I;
  readonly lowest: I;
}

/** Calls `use` with the byte distance that the index at `address` stands for, or notes that it is out of range. */
function indexed(
  f: FunctionBuilder,
  axis: Axis,
  bad: Local<'i32'>,
  address: I,
  use: (distance: I) => void,
): void {
  const index = f.let(i64.load(address));
  const inside = i32.and(
    i64.ge_s(index, i64.extend_i32_s(axis.lowest)),
    i64.lt_s(index, i64.extend_i32_u(axis.size)),
  );
  f.if(
    inside,
    () => {
      const low = f.let(i32.wrap_i64(index));
      const place = select(i32.lt_s(low, 0), i32.add(low, axis.size), low);
      use(f.let(i32.mul(place, axis.stride)));
    },
    () => {
      f.if(i32.eqz(bad), () => {
        f.do(i64.store(BAD_INDEX, index));
        f.set(bad, 1);
      });
    },
  );
}

/** Moves one element as it is stored. */
export function copyElement(bytes: number, to: I, from: I): Statement {
  if (bytes === 8) return f64.store(to, f64.load(from));
  if (bytes === 4) return f32.store(to, f32.load(from));
  return bytes === 2 ? i32.store16(to, i32.load16_u(from)) : i32.store8(to, i32.load8_u(from));
}

/**
 * Gathers elements of `bytes` bytes; operands: output, index, source. Parameters: the descriptor's address, size of
 * the axis, its stride in bytes, the lowest index. The result is 1 if an index was out of range.
 */
export function defineGather(module: Module, bytes: number): void {
  module.func('run', params, 'i32', (f, descriptor, size, stride, lowest) => {
    const axis = { size, stride, lowest };
    const { site, run } = nest(f, descriptor, 3);
    const [p0, p1, p2] = site.pointers as readonly I[] as [I, I, I];
    const [c0, c1, c2] = site.strides as readonly I[] as [I, I, I];
    const bad = f.local('i32');
    const [e0, e1, e2] = [f.local('i32'), f.local('i32'), f.local('i32')];
    const left = f.local('i32');
    const each = (body: () => void): void => {
      f.set(left, site.length);
      f.while(left, () => {
        body();
        f.set(e0, i32.add(e0, c0));
        f.set(e2, i32.add(e2, c2));
        f.set(left, i32.sub(left, 1));
      });
    };
    run(() => {
      f.set(e0, p0);
      f.set(e1, p1);
      f.set(e2, p2);
      f.if(
        i32.eqz(c1),
        () => {
          // One index for a whole row, as when rows of a matrix are picked.
          indexed(f, axis, bad, p1, (distance) => {
            f.set(e2, i32.add(p2, distance));
            f.if(
              i32.and(i32.eq(c0, bytes), i32.eq(c2, bytes)),
              () => f.do(memory.copy(e0, e2, i32.mul(site.length, bytes))),
              () => each(() => f.do(copyElement(bytes, e0, e2))),
            );
          });
        },
        () => {
          each(() => {
            indexed(f, axis, bad, e1, (distance) => f.do(copyElement(bytes, e0, i32.add(e2, distance))));
            f.set(e1, i32.add(e1, c1));
          });
        },
      );
    });
    return bad;
  });
}

/** Checks indices, the only operand. Parameters and result as of a gather. */
export function defineCheck(module: Module): void {
  module.func('run', params, 'i32', (f, descriptor, size, stride, lowest) => {
    const { site, run } = nest(f, descriptor, 1);
    const bad = f.local('i32');
    const at = f.local('i32');
    const left = f.local('i32');
    run(() => {
      f.set(at, site.pointers[0]!);
      f.set(left, site.length);
      f.while(left, () => {
        indexed(f, { size, stride, lowest }, bad, at, () => {});
        f.set(at, i32.add(at, site.strides[0]!));
        f.set(left, i32.sub(left, 1));
      });
    });
    return bad;
  });
}

/** The scalar operation that puts a scattered value together with what is there; on bool, sums are or. */
function scatterOp(mode: Exclude<ScatterMode, 'set'>, dtype: DType): ScalarOp {
  if (dtype !== 'bool') return mode;
  return mode === 'add' || mode === 'max' ? 'or' : 'and';
}

/** Scatters over indices that were checked; operands: output, index, source. */
export function defineScatter(module: Module, mode: ScatterMode, dtype: DType): void {
  const bytes = itemsize(dtype);
  module.func('run', params, 'i32', (f, descriptor, size, stride, lowest) => {
    const fam = family('scalar', f);
    const { site, run } = nest(f, descriptor, 3);
    const at = site.pointers.map(() => f.local('i32'));
    const [e0, e1, e2] = at as readonly I[] as [I, I, I];
    const left = f.local('i32');
    const bad = f.local('i32');
    run(() => {
      at.forEach((one, i) => {
        f.set(one, site.pointers[i]!);
      });
      f.set(left, site.length);
      f.while(left, () => {
        indexed(f, { size, stride, lowest }, bad, e1, (distance) => {
          const to = f.let(i32.add(e0, distance));
          if (mode === 'set') f.do(copyElement(bytes, to, e2));
          else {
            const old = f.let(loadValue(fam, dtype, 'unit', to, to));
            const value = f.let(loadValue(fam, dtype, 'unit', e2, e2));
            const result = fam.apply(scatterOp(mode, dtype), dtypeInfo[dtype].compute, [old, value]);
            storeValue(fam, dtype, 'unit', to, f.let(result), to);
          }
        });
        at.forEach((one, i) => {
          f.set(one, i32.add(one, site.strides[i]!));
        });
        f.set(left, i32.sub(left, 1));
      });
    });
    return bad;
  });
}
