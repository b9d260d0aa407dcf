/**
 * `count` numbers in [-scale, scale): the same for every contestant, in whatever language, without a file between them.
 * An integer hash of the place (multiply, shift, multiply), exact in any arithmetic of 64 bits.
 */
export function uniform(seed: number, count: number, scale = 1): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count);
  const start = Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < count; i++) out[i] = (hash(start + i) / 2 ** 31 - 1) * scale;
  return out;
}

/** `count` whole numbers from 0 to below `limit`. */
export function integers(seed: number, count: number, limit: number): Int32Array<ArrayBuffer> {
  const start = Math.imul(seed, 0x9e3779b1);
  return Int32Array.from({ length: count }, (_, i) => hash(start + i) % limit);
}

function hash(place: number): number {
  let h = Math.imul(place, 0x85ebca6b) >>> 0;
  h = (h ^ (h >>> 15)) >>> 0;
  h = Math.imul(h, 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 13)) >>> 0;
}
