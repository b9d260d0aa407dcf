import type { Expr, FunctionBuilder, Local } from '../../asm/index.ts';
import { f32x4, f64, f64x2, v128 } from '../../asm/index.ts';

type V = Expr<'v128'>;

/** Sums of floats carried on in double precision, lane by lane. */
export interface WideSum {
  clear(): void;
  add(lanes: V): void;
  /** All lanes together. */
  total(): Expr<'f64'>;
  /** Back in lanes of the element type. */
  lanes(): V;
}

export function wideSum(f: FunctionBuilder, element: 'f32' | 'f64'): WideSum {
  const parts: Local<'v128'>[] = [f.local('v128')];
  const low = parts[0] as Local<'v128'>;
  const both = (v: V): Expr<'f64'> => f64.add(f64x2.extract(v, 0), f64x2.extract(v, 1));
  const clear = (): void => {
    for (const part of parts) f.set(part, v128.zero);
  };
  if (element === 'f64') {
    // With what each addition loses: there is no wider type.
    const lost = f.local('v128');
    parts.push(lost);
    const whole = (): Local<'v128'> => {
      const finite = f64x2.lt(f64x2.abs(low), f64x2.splat(Infinity));
      return f.let(f64x2.add(low, v128.and(lost, finite)));
    };
    return {
      clear,
      add: (value) => {
        const v = f.let(value);
        const next = f.let(f64x2.add(low, v));
        const part = f.let(f64x2.sub(next, low));
        const rest = f64x2.add(f64x2.sub(low, f64x2.sub(next, part)), f64x2.sub(v, part));
        f.set(lost, f64x2.add(lost, rest));
        f.set(low, next);
      },
      total: () => both(whole()),
      lanes: whole,
    };
  }
  const high = f.local('v128');
  parts.push(high);
  return {
    clear,
    add: (value) => {
      const v = f.let(value);
      f.set(low, f64x2.add(low, f64x2.promote_low_f32x4(v)));
      f.set(high, f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle64(v, v, [1, 0]))));
    },
    total: () => both(f.let(f64x2.add(low, high))),
    lanes: () => v128.shuffle64(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), [0, 2]),
  };
}

/** A double as lane 0 of the element type. */
export function narrow(element: 'f32' | 'f64', value: Expr<'f64'>): V {
  const wide = f64x2.splat(value);
  return element === 'f64' ? wide : f32x4.demote_f64x2_zero(wide);
}
