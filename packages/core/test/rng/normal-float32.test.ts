import { describe, expect, it } from 'vitest';
import { blockFloat32 } from '../../src/rng/normal-float32.ts';

const fround = Math.fround;
const word = new Float64Array(1);
const bits = new BigInt64Array(word.buffer);
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** a * b + c in float32, by rounding the double to odd: slow and plain. */
function fused(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const rest = sum - product;
  const error = product - (sum - rest) + (c - rest);
  if (error === 0) return fround(sum);
  word[0] = sum;
  const whole = bits[0] as bigint;
  if ((whole & 1n) === 0n) bits[0] = whole + (error > 0 === sum > 0 ? 1n : -1n);
  return fround(word[0] as number);
}

const logTerms = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(fround);

/** Cephes' logarithm of a float32 in (0, 1]. */
function log(value: number): number {
  single[0] = value;
  const whole = singleBits[0] as number;
  let e = (whole >> 23) - 126;
  singleBits[0] = (whole & ~0x7f800000) | 0x3f000000;
  let x = single[0] as number;
  if (x < fround(Math.SQRT1_2)) {
    e -= 1;
    x = fround(fround(x - 1) + x);
  } else x = fround(x - 1);
  const z = fround(x * x);
  let y = logTerms[0] as number;
  for (const term of logTerms.slice(1)) y = fused(y, x, term);
  y = fused(fround(y * x), z, fround(e * fround(-2.1219444e-4)));
  return fused(e, 0.693359375, fround(x + fused(-z, 0.5, y)));
}

/** Cephes' cosine and sine of a positive float32. */
function turn(theta: number): [number, number] {
  const j = (Math.trunc(fround(theta * fround(1.27323954473516))) + 1) & ~1;
  let x = theta;
  for (const part of [-0.78515625, -2.418756484985352e-4, -3.774894977445941e-8])
    x = fused(j, fround(part), x);
  const z = fround(x * x);
  let c = fused(fround(2.443315711809948e-5), z, fround(-1.388731625493765e-3));
  c = fround(fused(c, z, fround(4.166664568298827e-2)) * z);
  c = fround(fused(c, z, -fround(z * 0.5)) + 1);
  let s = fused(fround(-1.9515295891e-4), z, fround(8.3321608736e-3));
  s = fused(fround(fused(s, z, fround(-1.6666654611e-1)) * z), x, x);
  const plain = (j & 2) === 0;
  const cosine = plain ? c : s;
  const sine = plain ? s : c;
  return [(~(j - 2) & 4) !== 0 ? -cosine : cosine, (j & 4) !== 0 ? -sine : sine];
}

describe('float32 normals', () => {
  it('fuse as PyTorch does for every 16th uniform', () => {
    const block = new Float32Array(16);
    const wrong: number[] = [];
    for (let k = 0; k < 2 ** 24; k += 128) {
      for (let i = 0; i < 8; i++) {
        block[i] = (k + 16 * i + 5) * 2 ** -24;
        block[8 + i] = (2 ** 24 - 1 - k - 16 * i) * 2 ** -24;
      }
      const uniforms = block.slice();
      blockFloat32(block, 0, 0, 1);
      for (let i = 0; i < 8; i++) {
        const radius = fround(Math.sqrt(fround(-2 * log(fround(1 - (uniforms[i] as number))))));
        const [cosine, sine] = turn(fround(fround(2 * Math.PI) * (uniforms[8 + i] as number)));
        if (block[i] !== fround(radius * cosine) || block[8 + i] !== fround(radius * sine)) wrong.push(k + i);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('scales and shifts with one rounding', () => {
    const uniforms = Float32Array.from({ length: 16 }, (_, i) => i / 16);
    const [standard, other] = [uniforms.slice(), uniforms.slice()];
    blockFloat32(standard, 0, 0, 1);
    blockFloat32(other, 0, 1.5, fround(0.3));
    expect(other).toEqual(standard.map((x) => fused(x, fround(0.3), 1.5)));
  });
});
