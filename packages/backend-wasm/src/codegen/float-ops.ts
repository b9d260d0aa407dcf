// table
import type { ScalarOp } from '@taimatsu/core/backend';
import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import * as math from '../math/index.ts';
import { doubleHelpers } from './helpers.ts';

/** Lanes of any kind: what an operation's formula is written in. */
export type Lanes = FloatLanes<LaneTypes>;

/** A scalar operation on floats. Arguments are named, so a formula may read them more than once. */
export interface FloatOp {
  readonly emit: (o: Lanes, ...args: Expr[]) => Expr;
  /** Only one element at a time. */
  readonly scalarOnly?: true;
  /** So much code that a loop should not hold it twice. */
  readonly heavy?: true;
}

const light = (emit: FloatOp['emit']): FloatOp => ({ emit });
const heavy = (emit: FloatOp['emit']): FloatOp => ({ emit, heavy: true });
const alone = (emit: FloatOp['emit']): FloatOp => ({ emit, heavy: true, scalarOnly: true });

const truth = (o: Lanes, mask: Expr): Expr => o.select(mask, o.const(1), o.const(0));
const isTrue = (o: Lanes, x: Expr): Expr => o.ne(x, o.const(0));

function viaHelper2(name: 'fmod' | 'remainder' | 'floordiv'): FloatOp {
  return alone((o, a, b) => {
    const helper = doubleHelpers[name](o.f.module);
    return o.viaDouble([a!, b!], (_, [x, y]) => helper.call(x as Expr<'f64'>, y as Expr<'f64'>));
  });
}

function sign(o: Lanes, x: Expr): Expr {
  const zero = o.const(0);
  return o.select(o.lt(zero, x), o.const(1), o.let(o.select(o.lt(x, zero), o.const(-1), zero)));
}

function atan2(o: Lanes, y: Expr, x: Expr): Expr {
  return o.viaDouble([y, x], (d, [b, a]) => {
    const zero = d.const(0);
    const ax = d.let(d.abs(a!));
    const ay = d.let(d.abs(b!));
    const steep = d.let(d.lt(ax, ay));
    const large = d.let(d.select(steep, ay, ax));
    const small = d.let(d.select(steep, ax, ay));
    const plain = d.let(d.div(small, large));
    const flat = d.let(d.select(d.eq(large, zero), zero, plain));
    const both = d.and(d.eq(small, d.const(Infinity)), d.eq(large, d.const(Infinity)));
    const angle = d.let(math.atan(d, d.let(d.select(both, d.const(1), flat))));
    const rest = 6.123233995736766e-17;
    const turned = d.add(d.sub(d.const(Math.PI / 2), angle), d.const(rest));
    const first = d.let(d.select(steep, turned, angle));
    const behind = d.lt(d.copysign(d.const(1), a!), zero);
    const half = d.let(d.select(behind, d.add(d.sub(d.const(Math.PI), first), d.const(2 * rest)), first));
    const value = d.let(d.copysign(half, b!));
    const defined = d.and(d.eq(a!, a!), d.eq(b!, b!));
    return d.select(defined, value, d.const(Number.NaN));
  });
}

function hypot(o: Lanes, a: Expr, b: Expr): Expr {
  const x = o.let(o.abs(a));
  const y = o.let(o.abs(b));
  const infinity = o.const(Number.POSITIVE_INFINITY);
  const infinite = o.let(o.or(o.eq(x, infinity), o.eq(y, infinity)));
  const value = o.let(
    o.viaDouble([x, y], (d, [p, q]) => {
      if (o.element === 'f32') return d.sqrt(d.add(d.mul(p!, p!), d.mul(q!, q!)));
      const large = d.let(d.max(p!, q!));
      const small = d.let(d.min(p!, q!));
      const zero = d.const(0);
      const ratio = d.let(d.select(d.eq(large, zero), zero, d.let(d.div(small, large))));
      return d.mul(large, d.sqrt(d.add(d.mul(ratio, ratio), d.const(1))));
    }),
  );
  return o.select(infinite, infinity, value);
}

function nextafter(o: Lanes, a: Expr, b: Expr): Expr {
  const zero = o.const(0);
  const up = o.let(o.fromBits(o.iadd(o.bits(a), o.int(1))));
  const down = o.let(o.fromBits(o.isub(o.bits(a), o.int(1))));
  const rises = o.let(o.lt(a, b));
  const away = o.or(o.and(rises, o.lt(zero, a)), o.not(o.or(rises, o.lt(zero, a))));
  const stepped = o.let(o.select(away, up, down));
  const least = o.const(o.element === 'f32' ? 2 ** -149 : Number.MIN_VALUE);
  const first = o.let(o.select(rises, least, o.let(o.neg(least))));
  const moved = o.let(o.select(o.eq(a, zero), first, stepped));
  const value = o.let(o.select(o.eq(a, b), b, moved));
  return o.select(o.and(o.eq(a, a), o.eq(b, b)), value, o.const(Number.NaN));
}

// The mask by comparing ±1, because lanes compare floats.
const negative = (o: Lanes, x: Expr): Expr => o.lt(o.copysign(o.const(1), x), o.const(0));

const unary = (fn: (o: Lanes, x: Expr) => Expr): FloatOp => heavy((o, a) => fn(o, a!));

/** What each scalar operation is on floats. */
export const floatOps: { readonly [K in ScalarOp]?: FloatOp } = {
  add: light((o, a, b) => o.add(a!, b!)),
  sub: light((o, a, b) => o.sub(a!, b!)),
  mul: light((o, a, b) => o.mul(a!, b!)),
  div: light((o, a, b) => o.div(a!, b!)),
  fmod: viaHelper2('fmod'),
  remainder: viaHelper2('remainder'),
  floordiv: viaHelper2('floordiv'),
  pow: heavy((o, a, b) => math.pow(o, a!, b!)),
  max: light((o, a, b) => o.max(a!, b!)),
  min: light((o, a, b) => o.min(a!, b!)),
  atan2: heavy((o, a, b) => atan2(o, a!, b!)),
  hypot: light((o, a, b) => hypot(o, a!, b!)),
  copysign: light((o, a, b) => o.copysign(a!, b!)),
  nextafter: light((o, a, b) => nextafter(o, a!, b!)),
  and: light((o, a, b) => truth(o, o.and(isTrue(o, a!), isTrue(o, b!)))),
  or: light((o, a, b) => truth(o, o.or(isTrue(o, a!), isTrue(o, b!)))),
  xor: light((o, a, b) => {
    const x = o.let(isTrue(o, a!));
    const y = o.let(isTrue(o, b!));
    return truth(o, o.and(o.or(x, y), o.not(o.and(x, y))));
  }),
  neg: light((o, a) => o.neg(a!)),
  abs: light((o, a) => o.abs(a!)),
  sign: light((o, a) => sign(o, a!)),
  not: light((o, a) => truth(o, o.eq(a!, o.const(0)))),
  floor: light((o, a) => o.floor(a!)),
  ceil: light((o, a) => o.ceil(a!)),
  round: light((o, a) => o.nearest(a!)),
  trunc: light((o, a) => o.trunc(a!)),
  sqrt: light((o, a) => o.sqrt(a!)),
  exp: unary(math.exp),
  exp2: unary(math.exp2),
  expm1: unary(math.expm1),
  log: unary(math.log),
  log1p: unary(math.log1p),
  log2: unary(math.log2),
  log10: unary(math.log10),
  sin: unary(math.sin),
  cos: unary(math.cos),
  tan: unary(math.tan),
  asin: unary(math.asin),
  acos: unary(math.acos),
  atan: unary(math.atan),
  sinh: unary(math.sinh),
  cosh: unary(math.cosh),
  tanh: unary(math.tanh),
  asinh: unary(math.asinh),
  acosh: unary(math.acosh),
  atanh: unary(math.atanh),
  sigmoid: unary(math.sigmoid),
  erf: unary(math.erf),
  erfc: unary(math.erfc),
  erfinv: alone((o, a) => {
    const helper = doubleHelpers.erfinv(o.f.module);
    return o.viaDouble([a!], (_, [x]) => helper.call(x as Expr<'f64'>));
  }),
  lgamma: unary(math.lgamma),
  digamma: unary(math.digamma),
  eq: light((o, a, b) => o.eq(a!, b!)),
  ne: light((o, a, b) => o.ne(a!, b!)),
  lt: light((o, a, b) => o.lt(a!, b!)),
  le: light((o, a, b) => o.le(a!, b!)),
  isnan: light((o, a) => o.ne(a!, a!)),
  signbit: light((o, a) => negative(o, a!)),
  where: light((o, c, a, b) => o.select(c!, a!, b!)),
};
