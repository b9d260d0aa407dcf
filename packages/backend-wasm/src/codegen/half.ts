import type { Expr } from '../asm/index.ts';
import type { Lanes } from './float-ops.ts';

// Bits of 16-bit floats, one to a 32-bit lane, and the float32s they stand for.

const infinityBits = 0x7f800000;

const choose = (o: Lanes, mask: Expr, a: Expr, b: Expr): Expr =>
  o.bits(o.let(o.select(mask, o.let(o.fromBits(a)), o.let(o.fromBits(b)))));

export function fromFloat16(o: Lanes, bits: Expr): Expr {
  const h = o.let(bits);
  const size = o.let(o.iand(h, o.int(0x7fff)));
  const shifted = o.let(o.fromBits(o.shl(size, 13)));
  // Moves the exponent's bias, and makes denormals normal.
  const finite = o.let(o.mul(shifted, o.const(2 ** 112)));
  const special = o.let(o.fromBits(o.ior(o.bits(shifted), o.int(infinityBits))));
  const isSpecial = o.le(o.const(2 ** -112 * 2 ** 16), shifted);
  const value = o.let(o.select(isSpecial, special, finite));
  return o.fromBits(o.ior(o.bits(value), o.shl(o.iand(h, o.int(0x8000)), 16)));
}

export function toFloat16(o: Lanes, value: Expr): Expr {
  const x = o.let(value);
  const all = o.let(o.bits(x));
  const sign = o.let(o.iand(o.shrU(all, 16), o.int(0x8000)));
  const size = o.let(o.abs(x));
  const bits = o.let(o.bits(size));
  const odd = o.iand(o.shrU(bits, 13), o.int(1));
  const normal = o.let(o.shrU(o.iadd(o.iadd(bits, o.int(0xfff - (112 << 23))), odd), 13));
  // Adding ½ rounds to multiples of 2^-24, which its low bits then count.
  const tiny = o.let(o.isub(o.bits(o.let(o.add(size, o.const(0.5)))), o.int(0x3f000000)));
  const nan = o.let(o.ior(o.int(0x7e00), o.iand(o.shrU(bits, 13), o.int(0x3ff))));
  const small = o.let(choose(o, o.lt(size, o.const(2 ** -14)), tiny, normal));
  const bounded = o.let(choose(o, o.le(o.const(65536), size), o.int(0x7c00), small));
  return o.ior(choose(o, o.ne(x, x), nan, bounded), sign);
}

export function fromBFloat16(o: Lanes, bits: Expr): Expr {
  return o.fromBits(o.shl(bits, 16));
}

export function toBFloat16(o: Lanes, value: Expr): Expr {
  const x = o.let(value);
  const bits = o.let(o.bits(x));
  const odd = o.iand(o.shrU(bits, 16), o.int(1));
  const rounded = o.let(o.shrU(o.iadd(o.iadd(bits, o.int(0x7fff)), odd), 16));
  const nan = o.let(o.ior(o.shrU(bits, 16), o.int(0x40)));
  return choose(o, o.ne(x, x), nan, rounded);
}
