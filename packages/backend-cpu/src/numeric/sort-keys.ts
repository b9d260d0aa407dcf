import type { DType } from '@taimatsu/core/backend';
import type { CpuBuffer } from '../memory.ts';

/** Room for the keys of one line: unsigned words in the order of the values, and which element each belongs to. */
export interface Keys {
  readonly low: Uint32Array;
  /** For dtypes of 64 bits. */
  readonly high: Uint32Array | undefined;
  readonly order: Uint32Array;
  readonly spare: Uint32Array;
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
    spare: new Uint32Array(room),
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
  const { low, high, order, spare } = keys;
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
  radixSort(low, order, spare, length);
  if (wide) radixSort(high!, order, spare, length);
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

const histogram = new Uint32Array(256);

// Least significant byte first; each pass is stable, so the passes before it stay in force among equals.
function radixSort(keys: Uint32Array, order: Uint32Array, spare: Uint32Array, length: number): void {
  let from = order;
  let to = spare;
  for (let shift = 0; shift < 32; shift += 8) {
    histogram.fill(0);
    for (let i = 0; i < length; i++) histogram[(keys[i]! >>> shift) & 255]!++;
    if (histogram[(keys[0]! >>> shift) & 255] === length) continue;
    let sum = 0;
    for (let b = 0; b < 256; b++) {
      const count = histogram[b]!;
      histogram[b] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const element = from[i]!;
      to[histogram[(keys[element]! >>> shift) & 255]!++] = element;
    }
    const other = from;
    from = to;
    to = other;
  }
  if (from !== order) order.set(from.subarray(0, length));
}
