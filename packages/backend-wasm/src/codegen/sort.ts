import { type DType, dtypeInfo } from '@taimatsu/core/backend';
import {
  type Expr,
  type FunctionBuilder,
  i32,
  i64,
  type Local,
  type Module,
  memory,
  select,
} from '../asm/index.ts';
import { itemsize, loadValue } from './access.ts';
import { family } from './family.ts';
import { copyElement } from './indexed.ts';
import { nest } from './nest.ts';

type I = Expr<'i32'>;
type Ints = typeof i32;

const DIGITS = 256;
/** Lines of up to this many elements are sorted by insertion. */
const SHORT = 32;

/** Bytes of scratch memory per element of a line, besides the counters. */
export const sortBytes = (dtype: DType): number => 2 * (keyBytes(dtype) + 4);
export const sortCounters: number = DIGITS * 4;

const keyBytes = (dtype: DType): 4 | 8 => (itemsize(dtype) === 8 ? 8 : 4);

/**
 * Sorts lines stably by unsigned integers that are in the order of the values, NaN the largest. Operands: values,
 * indices, source. Parameters: the descriptor's address, scratch memory, 1 for descending.
 */
export function defineSort(module: Module, dtype: DType): void {
  const bytes = keyBytes(dtype);
  const o = (bytes === 8 ? i64 : i32) as Ints;
  module.func('run', ['i32', 'i32', 'i32'] as const, 'void', (f, descriptor, scratch, descending) => {
    const { site, run } = nest(f, descriptor, 3);
    const [values, indices, source] = site.pointers as readonly I[] as [I, I, I];
    const [valueStride, indexStride, sourceStride] = site.strides as readonly I[] as [I, I, I];
    const { length } = site;
    const keys = f.local('i32');
    const order = f.local('i32');
    const spareKeys = f.local('i32');
    const spareOrder = f.local('i32');
    const i = f.local('i32');
    const [p, q, r] = [f.local('i32'), f.local('i32'), f.local('i32')];
    const flip = f.let(
      bytes === 8 ? (i64.extend_i32_s(i32.sub(0, descending)) as unknown as I) : i32.sub(0, descending),
    );
    run(() => {
      f.set(keys, i32.add(scratch, sortCounters));
      f.set(spareKeys, i32.add(keys, i32.mul(length, bytes)));
      f.set(order, i32.add(spareKeys, i32.mul(length, bytes)));
      f.set(spareOrder, i32.add(order, i32.mul(length, 4)));
      f.set(p, source);
      f.set(q, keys);
      f.set(r, order);
      f.set(i, 0);
      f.walk(i, length, 1, () => {
        f.do(o.store(q, o.xor(keyOf(f, dtype, p), flip)), i32.store(r, i));
        f.set(p, i32.add(p, sourceStride));
        f.set(q, i32.add(q, bytes));
        f.set(r, i32.add(r, 4));
      });
      f.if(
        i32.le_u(length, SHORT),
        () => insertionSort(f, o, bytes, keys, order, length),
        () => radixSort(f, o, bytes, { keys, order, spareKeys, spareOrder, counters: scratch, length }),
      );
      f.set(p, values);
      f.set(q, indices);
      f.set(r, order);
      f.set(i, 0);
      f.walk(i, length, 1, () => {
        const from = f.let(i32.load(r));
        f.do(copyElement(itemsize(dtype), p, i32.add(source, i32.mul(from, sourceStride))));
        f.do(i64.store(q, i64.extend_i32_u(from)));
        f.set(p, i32.add(p, valueStride));
        f.set(q, i32.add(q, indexStride));
        f.set(r, i32.add(r, 4));
      });
    });
  });
}

/** Of floats, the bits of positive ones are in order; negative ones run backwards. Both zeros get one key. */
function keyOf(f: FunctionBuilder, stored: DType, address: I): I {
  const fam = family('scalar', f);
  const value = f.let(loadValue(fam, stored, 'unit', address, address));
  const dtype = dtypeInfo[stored].compute;
  const long = itemsize(stored) === 8;
  const o = (long ? i64 : i32) as Ints;
  const sign = long ? -(2n ** 63n) : -(2 ** 31);
  const top = o.const(sign);
  if (dtypeInfo[dtype].category !== 'float') return o.xor(value as I, top);
  const bits = f.let(fam.floats(dtype).bits(value) as I);
  const size = f.let(o.and(bits, o.xor(top, -1)));
  const infinity = o.const(long ? 0x7ff0000000000000n : 0x7f800000);
  const ordered = f.let(select(o.lt_s(bits, 0), o.xor(bits, -1), o.or(bits, top)));
  const plain = f.let(select(o.eqz(size), top, ordered));
  return select(o.gt_u(size, infinity), o.const(-1), plain);
}

function insertionSort(f: FunctionBuilder, o: Ints, bytes: number, keys: I, order: I, length: I): void {
  const i = f.let(i32.const(1));
  const at = f.local('i32');
  f.while(i32.lt_u(i, length), () => {
    const key = f.let(o.load(i32.add(keys, i32.mul(i, bytes))));
    const own = f.let(i32.load(i32.add(order, i32.mul(i, 4))));
    f.set(at, i);
    f.block((done) => {
      f.loop((again) => {
        f.brIf(done, i32.eqz(at));
        const slot = f.let(i32.add(keys, i32.mul(at, bytes)));
        const place = f.let(i32.add(order, i32.mul(at, 4)));
        const before = f.let(o.load(i32.sub(slot, bytes)));
        f.brIf(done, o.le_u(before, key));
        f.do(o.store(slot, before), i32.store(place, i32.load(i32.sub(place, 4))));
        f.set(at, i32.sub(at, 1));
        f.br(again);
      });
    });
    f.do(o.store(i32.add(keys, i32.mul(at, bytes)), key), i32.store(i32.add(order, i32.mul(at, 4)), own));
    f.set(i, i32.add(i, 1));
  });
}

interface Lines {
  readonly keys: Local<'i32'>;
  readonly order: Local<'i32'>;
  readonly spareKeys: Local<'i32'>;
  readonly spareOrder: Local<'i32'>;
  readonly counters: I;
  readonly length: I;
}

/** Byte by byte from the lowest, each pass stable; bytes that are all the same are passed over. */
function radixSort(f: FunctionBuilder, o: Ints, bytes: number, lines: Lines): void {
  const { keys, order, spareKeys, spareOrder, counters, length } = lines;
  const shift = f.let(i32.const(0));
  const [p, q, i, sum] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  const digitOf = (key: I): I => {
    const shifted =
      bytes === 8 ? i32.wrap_i64(i64.shr_u(key as never, i64.extend_i32_u(shift))) : i32.shr_u(key, shift);
    return i32.and(shifted, DIGITS - 1);
  };
  const counter = (digit: I): I => i32.add(counters, i32.mul(digit, 4));
  const end = f.let(i32.add(keys, i32.mul(length, bytes)));
  f.while(i32.lt_u(shift, bytes * 8), () => {
    f.do(memory.fill(counters, 0, DIGITS * 4));
    f.set(p, keys);
    f.set(end, i32.add(keys, i32.mul(length, bytes)));
    f.walk(p, end, bytes, () => {
      const at = f.let(counter(digitOf(o.load(p))));
      f.do(i32.store(at, i32.add(i32.load(at), 1)));
    });
    const first = i32.load(counter(digitOf(o.load(keys))));
    f.if(i32.ne(first, length), () => {
      f.set(sum, 0);
      f.set(i, counters);
      f.walk(i, f.let(i32.add(counters, DIGITS * 4)), 4, () => {
        const count = f.let(i32.load(i));
        f.do(i32.store(i, sum));
        f.set(sum, i32.add(sum, count));
      });
      f.set(p, keys);
      f.set(q, order);
      f.walk(p, end, bytes, () => {
        const key = f.let(o.load(p));
        const at = f.let(counter(digitOf(key)));
        const place = f.let(i32.load(at));
        f.do(
          i32.store(at, i32.add(place, 1)),
          o.store(i32.add(spareKeys, i32.mul(place, bytes)), key),
          i32.store(i32.add(spareOrder, i32.mul(place, 4)), i32.load(q)),
        );
        f.set(q, i32.add(q, 4));
      });
      for (const [a, b] of [
        [keys, spareKeys],
        [order, spareOrder],
      ] as const) {
        f.set(sum, a);
        f.set(a, b);
        f.set(b, sum);
      }
    });
    f.set(shift, i32.add(shift, 8));
  });
}
