import { type DType, dtypeInfo, type ScanCombine } from '@taimatsu/core/backend';
import { type Expr, f64, i32, i64, type Local, type Module, select } from '../asm/index.ts';
import { f64Lanes } from '../lanes/index.ts';
import { exp, log1p } from '../math/index.ts';
import { loadValue, storeValue } from './access.ts';
import { type Family, family, scalarType } from './family.ts';
import { identityOf } from './identity.ts';
import { nest } from './nest.ts';

const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** A running combination along the inner loop. Operands: output, input. Parameter: the descriptor's address. */
export function defineScan(module: Module, combine: ScanCombine, stored: DType, output: DType): void {
  const arg = combine === 'argmax' || combine === 'argmin';
  const own = dtypeInfo[stored].compute;
  const target = arg ? own : dtypeInfo[output].compute;
  // Sums, products and the like go on in double precision; what is stored is rounded.
  const extreme = arg || combine === 'max' || combine === 'min';
  const dtype = isFloat(target) && !extreme ? 'float64' : target;
  module.func('run', ['i32'] as const, 'void', (f, descriptor) => {
    const fam = family('scalar', f);
    const { site, run } = nest(f, descriptor, 2);
    const [to, from] = [f.local('i32'), f.local('i32')];
    const state = f.local(scalarType(dtype));
    const found = f.local('i32');
    const k = f.local('i32');
    run(() => {
      f.set(to, site.pointers[0]!);
      f.set(from, site.pointers[1]!);
      f.set(state, fam.literal(startOf(combine, dtype), dtype));
      f.set(found, 0);
      f.set(k, 0);
      f.walk(k, site.length, 1, () => {
        const loaded = f.let(loadValue(fam, stored, 'unit', from, from));
        const value = f.let(fam.cast(f.let(fam.cast(loaded, own, target)), target, dtype));
        step(fam, combine, dtype, state, value, () => f.set(found, k));
        const result = arg ? i64.extend_i32_u(found) : fam.cast(state, dtype, target);
        storeValue(fam, output, 'unit', to, f.let(result), to);
        f.set(to, i32.add(to, site.strides[0]!));
        f.set(from, i32.add(from, site.strides[1]!));
      });
    });
  });
}

function startOf(combine: ScanCombine, dtype: DType): number | bigint | boolean {
  if (combine === 'logaddexp') return Number.NEGATIVE_INFINITY;
  const plain = combine === 'argmax' ? 'max' : combine === 'argmin' ? 'min' : combine;
  return identityOf(plain, dtype);
}

function step(
  fam: Family,
  combine: ScanCombine,
  dtype: DType,
  state: Local,
  value: Expr,
  found: () => void,
): void {
  const { f } = fam;
  switch (combine) {
    case 'sum':
    case 'prod': {
      const op = combine === 'sum' ? 'add' : 'mul';
      f.set(state, fam.apply(dtype === 'bool' ? (op === 'add' ? 'or' : 'and') : op, dtype, [state, value]));
      return;
    }
    case 'logaddexp':
      f.set(state as Local<'f64'>, logAddExp(fam, state as Local<'f64'>, value as Expr<'f64'>));
      return;
    default: {
      const greatest = combine === 'max' || combine === 'argmax';
      const [low, high] = greatest ? [state, value] : [value, state];
      const better = fam.apply('le', dtype, [low, high]) as Expr<'i32'>;
      const wins = isFloat(dtype)
        ? i32.or(better, fam.apply('isnan', dtype, [value]) as Expr<'i32'>)
        : better;
      f.if(wins, () => {
        f.set(state, value);
        found();
      });
    }
  }
}

/** log(eᵃ + eᵇ) without overflow. */
function logAddExp({ f }: Family, a: Expr<'f64'>, b: Expr<'f64'>): Expr<'f64'> {
  const o = f64Lanes(f);
  const high = f.let(f64.max(a, b));
  const low = f.let(f64.min(a, b));
  const same = i32.and(f64.eq(low, high), f64.eq(f64.abs(a), Infinity));
  const sum = f.let(f64.add(high, log1p(o, f.let(exp(o, f.let(f64.sub(low, high)))))));
  return select(same, a, sum);
}
