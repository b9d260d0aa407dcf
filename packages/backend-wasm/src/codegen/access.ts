import { type DType, dtypeInfo } from '@taimatsu/core/backend';
import { type Expr, f32, f64, i32, i32x4, i64, i64x2, narrow, type Statement, v128 } from '../asm/index.ts';
import type { Family } from './family.ts';
import { fromBFloat16, fromFloat16, toBFloat16, toFloat16 } from './half.ts';

type I = Expr<'i32'>;
type V = Expr<'v128'>;

/**
 * How an operand lies along the inner loop: one element after another, one element for all, or a stride apart.
 * `single` is one element alone, at the end of a row.
 */
export type Along = 'unit' | 'splat' | 'stride' | 'single';

/** Bytes between the elements that one turn of the loop reads. */
export const itemsize = (dtype: DType): number => dtypeInfo[dtype].itemsize;

/** The value of the element at `address`, or of as many as the family has lanes. */
export function loadValue(fam: Family, stored: DType, along: Along, address: I, stride: I, offset = 0): Expr {
  const raw =
    fam.name === 'scalar'
      ? loadScalar(stored, address, offset)
      : loadLanes(fam, stored, along, address, stride, offset);
  if (stored === 'float16') return fromFloat16(fam.floats('float32'), raw);
  return stored === 'bfloat16' ? fromBFloat16(fam.floats('float32'), raw) : raw;
}

function loadScalar(stored: DType, address: I, offset: number): Expr {
  switch (stored) {
    case 'bool':
      return i32.ne(i32.load8_u(address, offset), 0);
    case 'uint8':
      return i32.load8_u(address, offset);
    case 'int8':
      return i32.load8_s(address, offset);
    case 'int16':
      return i32.load16_s(address, offset);
    case 'float16':
    case 'bfloat16':
      return i32.load16_u(address, offset);
    case 'int32':
      return i32.load(address, offset);
    case 'int64':
      return i64.load(address, offset);
    case 'float32':
      return f32.load(address, offset);
    case 'float64':
      return f64.load(address, offset);
  }
}

function loadLanes(fam: Family, stored: DType, along: Along, address: I, stride: I, offset: number): V {
  if (stored === 'bool')
    return fam.name === 'quad' ? boolQuad(along, address, offset) : boolPair(along, address, offset);
  if (stored === 'float16' || stored === 'bfloat16') {
    if (along === 'unit') return i32x4.extend_low_i16x8_u(v128.load64_zero(address, offset));
    return i32x4.splat(i32.load16_u(address, offset));
  }
  if (along === 'unit') return v128.load(address, offset);
  const quad = fam.name === 'quad';
  if (along === 'splat')
    return quad ? v128.load32_splat(address, offset) : v128.load64_splat(address, offset);
  if (along === 'single') return quad ? v128.load32_zero(address, offset) : v128.load64_zero(address, offset);
  let at = address;
  let value: V = quad ? v128.load32_zero(at) : v128.load64_zero(at);
  for (let lane = 1; lane < fam.count; lane++) {
    at = fam.f.let(i32.add(at, stride));
    value = fam.f.let(quad ? v128.load32_lane(at, value, lane) : v128.load64_lane(at, value, lane));
  }
  return value;
}

function boolQuad(along: Along, address: I, offset: number): V {
  if (along !== 'unit') return i32x4.ne(i32x4.splat(i32.load8_u(address, offset)), v128.zero);
  const bytes = v128.load32_zero(address, offset);
  const words = i32x4.extend_low_i16x8_u(narrow.extend_low_i8x16_u(bytes));
  return i32x4.ne(words, v128.zero);
}

function boolPair(along: Along, address: I, offset: number): V {
  const one = i64x2.splat(i64.load8_u(address, offset));
  const both = along === 'unit' ? i64x2.replace(one, 1, i64.load8_u(address, offset + 1)) : one;
  return i64x2.ne(both, v128.zero);
}

/** Stores a value of the family's arithmetic as `stored`. */
export function storeValue(
  fam: Family,
  stored: DType,
  along: Along,
  address: I,
  value: Expr,
  stride: I,
  offset = 0,
): void {
  const { f } = fam;
  const bits = halfBits(fam, stored, value);
  if (fam.name === 'scalar') f.do(storeScalar(stored, address, bits, offset));
  else if (along === 'stride') storeStrided(fam, address, bits as V, stride);
  else f.do(storeLanes(fam, stored, along === 'unit', address, bits as V, offset));
}

function halfBits(fam: Family, stored: DType, value: Expr): Expr {
  if (stored === 'float16') return fam.f.let(toFloat16(fam.floats('float32'), value));
  return stored === 'bfloat16' ? fam.f.let(toBFloat16(fam.floats('float32'), value)) : value;
}

function storeScalar(stored: DType, address: I, value: Expr, offset: number): Statement {
  switch (stored) {
    case 'bool':
    case 'uint8':
    case 'int8':
      return i32.store8(address, value as I, offset);
    case 'int16':
    case 'float16':
    case 'bfloat16':
      return i32.store16(address, value as I, offset);
    case 'int32':
      return i32.store(address, value as I, offset);
    case 'int64':
      return i64.store(address, value as Expr<'i64'>, offset);
    case 'float32':
      return f32.store(address, value as Expr<'f32'>, offset);
    case 'float64':
      return f64.store(address, value as Expr<'f64'>, offset);
  }
}

function storeStrided(fam: Family, address: I, value: V, stride: I): void {
  const { f } = fam;
  let at = address;
  for (let lane = 0; lane < fam.count; lane++) {
    if (lane > 0) at = f.let(i32.add(at, stride));
    f.do(fam.name === 'quad' ? v128.store32_lane(at, value, lane) : v128.store64_lane(at, value, lane));
  }
}

function storeLanes(
  fam: Family,
  stored: DType,
  whole: boolean,
  address: I,
  value: V,
  offset: number,
): Statement {
  const quad = fam.name === 'quad';
  switch (stored) {
    case 'bool': {
      if (!whole) return i32.store8(address, i32.and(i32x4.extract(value, 0), 1), offset);
      if (!quad) {
        const high = i32.shl(i32.and(i32x4.extract(value, 2), 1), 8);
        return i32.store16(address, i32.or(i32.and(i32x4.extract(value, 0), 1), high), offset);
      }
      const words = narrow.narrow_i32x4_s(value, value);
      const ones = fam.f.hoist('one byte', i32x4.splat(0x01010101));
      return v128.store32_lane(address, v128.and(narrow.narrow_i16x8_s(words, words), ones), 0, offset);
    }
    case 'float16':
    case 'bfloat16':
      if (!whole) return i32.store16(address, i32x4.extract(value, 0), offset);
      return v128.store64_lane(address, narrow.narrow_i32x4_u(value, value), 0, offset);
    default:
      if (whole) return v128.store(address, value, offset);
      return quad
        ? v128.store32_lane(address, value, 0, offset)
        : v128.store64_lane(address, value, 0, offset);
  }
}
