import type { DType } from '@taimatsu/core/backend';
import type { CpuBuffer } from '../memory.ts';

/** Room for the keys of one line: unsigned words in the order of the values, and which element each belongs to. */
export interface Keys {
  readonly low: Uint32Array;
  /** For dtypes of 64 bits. */
  readonly high: Uint32Array | undefined;
  readonly order: Uint32Array;
  /** Where a pass of the sort puts keys and order. */
  readonly spareKeys: Uint32Array;
  readonly spareOrder: Uint32Array;
}

const KEPT = 2 ** 20;

/** Room for `length` keys: `known` if it is enough. Room beyond a million keys is not kept. */
export function keysOf(known: Keys | undefined, length: number, wide: boolean): Keys {
  const fits =
    known !== undefined && known.low.length >= length && (known.low.length <= KEPT || length > KEPT);
  if (fits && (known.high !== undefined || !wide)) return known;
  const room = length <= KEPT ? 2 ** Math.ceil(Math.log2(Math.max(length, 64))) : length;
  return {
    low: new Uint32Array(room),
    high: wide ? new Uint32Array(room) : undefined,
    order: new Uint32Array(room),
    spareKeys: new Uint32Array(room),
    spareOrder: new Uint32Array(room),
  };
}

/** Leaves in `keys.order` the stable order of the line's elements; NaN counts as the largest. */
export function sortKeys(
  keys: Keys,
  buffer: CpuBuffer,
  dtype: DType,
  at: number,
  stride: number,
  length: number,
  descending: boolean,
): void {
  const { low, high, order, spareKeys, spareOrder } = keys;
  if (dtype === 'float64') doubleKeys(low, high!, buffer.words, at, stride, length);
  else if (dtype === 'int64') longKeys(low, high!, buffer.words, at, stride, length);
  else if (dtype === 'float32') floatKeys(low, buffer.words, at, stride, length);
  else if (dtype === 'float16' || dtype === 'bfloat16') {
    halfKeys(low, buffer.data as Uint16Array, at, stride, length, dtype === 'float16' ? 0x7c00 : 0x7f80);
  } else intKeys(low, buffer.data as Int32Array, at, stride, length);
  if (descending) {
    for (let i = 0; i < length; i++) low[i] = ~low[i]!;
    if (high !== undefined) for (let i = 0; i < length; i++) high[i] = ~high[i]!;
  }
  for (let i = 0; i < length; i++) order[i] = i;
  const wide = dtype === 'float64' || dtype === 'int64';
  if (length <= 24) {
    insertionSort(low, wide ? high : undefined, order, length);
    return;
  }
  radixSort(low, order, spareKeys, spareOrder, length);
  if (!wide) return;
  // The high words decide last: brought into the order so far, and sorted in their turn.
  for (let i = 0; i < length; i++) low[i] = high![order[i]!]!;
  radixSort(low, order, spareKeys, spareOrder, length);
}

function intKeys(low: Uint32Array, data: Int32Array, at: number, stride: number, length: number): void {
  for (let i = 0; i < length; i++) low[i] = data[at + i * stride]! ^ 0x80000000;
}

function longKeys(
  low: Uint32Array,
  high: Uint32Array,
  words: Int32Array,
  at: number,
  stride: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    const p = 2 * (at + i * stride);
    low[i] = words[p]!;
    high[i] = words[p + 1]! ^ 0x80000000;
  }
}

// Of floats, the bits of positive ones are in order; negative ones run backwards. Both zeros get one key.
function floatKeys(low: Uint32Array, words: Int32Array, at: number, stride: number, length: number): void {
  for (let i = 0; i < length; i++) {
    const w = words[at + i * stride]!;
    const magnitude = w & 0x7fffffff;
    low[i] = magnitude > 0x7f800000 ? -1 : magnitude === 0 ? 0x80000000 : w < 0 ? ~w : w | 0x80000000;
  }
}

function halfKeys(
  low: Uint32Array,
  data: Uint16Array,
  at: number,
  stride: number,
  length: number,
  infinity: number,
): void {
  for (let i = 0; i < length; i++) {
    const w = data[at + i * stride]!;
    const magnitude = w & 0x7fff;
    low[i] = magnitude > infinity ? 0x20000 : w > 0x8000 ? 0x8000 - magnitude : 0x8000 + magnitude;
  }
}

function doubleKeys(
  low: Uint32Array,
  high: Uint32Array,
  words: Int32Array,
  at: number,
  stride: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    const p = 2 * (at + i * stride);
    const l = words[p]!;
    const h = words[p + 1]!;
    const magnitude = h & 0x7fffffff;
    if (magnitude > 0x7ff00000 || (magnitude === 0x7ff00000 && l !== 0)) {
      low[i] = -1;
      high[i] = -1;
    } else if (h < 0 && (magnitude !== 0 || l !== 0)) {
      low[i] = ~l;
      high[i] = ~h;
    } else {
      low[i] = l;
      high[i] = magnitude | 0x80000000;
    }
  }
}

function insertionSort(
  low: Uint32Array,
  high: Uint32Array | undefined,
  order: Uint32Array,
  length: number,
): void {
  for (let i = 1; i < length; i++) {
    let j = i;
    const l = low[i]!;
    const h = high === undefined ? 0 : high[i]!;
    for (; j > 0; j--) {
      const before = order[j - 1]!;
      const bh = high === undefined ? 0 : high[before]!;
      if (bh < h || (bh === h && low[before]! <= l)) break;
      order[j] = before;
    }
    order[j] = i;
  }
}

const DIGITS = 256;
const counts = new Uint32Array(4 * DIGITS);

/** Sorts `keys` and `order` along with them, least significant byte first; each pass is stable. */
function radixSort(
  keys: Uint32Array,
  order: Uint32Array,
  spareKeys: Uint32Array,
  spareOrder: Uint32Array,
  length: number,
): void {
  counts.fill(0);
  for (let i = 0; i < length; i++) {
    const key = keys[i]!;
    counts[key & 255]!++;
    counts[DIGITS + ((key >>> 8) & 255)]!++;
    counts[2 * DIGITS + ((key >>> 16) & 255)]!++;
    counts[3 * DIGITS + (key >>> 24)]!++;
  }
  let [fromKeys, fromOrder, toKeys, toOrder] = [keys, order, spareKeys, spareOrder];
  for (let digit = 0; digit < 4; digit++) {
    const first = digit * DIGITS;
    const shift = digit * 8;
    if (counts[first + ((keys[0]! >>> shift) & 255)] === length) continue;
    startsOfDigits(first);
    pass(fromKeys, fromOrder, toKeys, toOrder, length, shift, first);
    [fromKeys, fromOrder, toKeys, toOrder] = [toKeys, toOrder, fromKeys, fromOrder];
  }
  if (fromOrder !== order) order.set(fromOrder.subarray(0, length));
}

function startsOfDigits(first: number): void {
  let sum = 0;
  for (let d = first; d < first + DIGITS; d++) {
    const count = counts[d]!;
    counts[d] = sum;
    sum += count;
  }
}

function pass(
  fromKeys: Uint32Array,
  fromOrder: Uint32Array,
  toKeys: Uint32Array,
  toOrder: Uint32Array,
  length: number,
  shift: number,
  first: number,
): void {
  for (let i = 0; i < length; i++) {
    const key = fromKeys[i]!;
    const digit = first + ((key >>> shift) & 255);
    const place = counts[digit]!;
    counts[digit] = place + 1;
    toKeys[place] = key;
    toOrder[place] = fromOrder[i]!;
  }
}
