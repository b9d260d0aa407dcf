import { fma32 } from './math/fma.ts';

const fround = Math.fround;

/** 2^-n, to bring an integer of n bits into [1/2, 1). */
const scales = Float64Array.from({ length: 26 }, (_, n) => 2 ** -n);

const SQRT_HALF = fround(Math.SQRT1_2);
const TWO_PI = fround(2 * Math.PI);
const FOUR_OVER_PI = fround(1.27323954473516);

const LOG_0 = fround(0.070376836292);
const LOG_1 = fround(-0.1151461031);
const LOG_2 = fround(0.1167699874);
const LOG_3 = fround(-0.12420140846);
const LOG_4 = fround(0.14249322787);
const LOG_5 = fround(-0.16668057665);
const LOG_6 = fround(0.20000714765);
const LOG_7 = fround(-0.24999993993);
const LOG_8 = fround(0.33333331174);
const LN2_LOW = fround(-0.00021219444);
const LN2_HIGH = 0.693359375;

const QUARTER_1 = -0.78515625;
const QUARTER_2 = fround(-0.00024187564849853516);
const QUARTER_3 = fround(-3.774894977445941e-8);
const COS_0 = fround(2.443315711809948e-5);
const COS_1 = fround(-0.001388731625493765);
const COS_2 = fround(0.04166664568298827);
const SIN_0 = fround(-0.00019515295891);
const SIN_1 = fround(0.0083321608736);
const SIN_2 = fround(-0.16666654611);

/** The signs of sine and cosine by half turns. */
const signs = Float64Array.of(1, -1);

/**
 * sqrt(-2 ln(1 - u)) of a float32 uniform `u`, in the float32 arithmetic of PyTorch's AVX2 code (Cephes' logarithm,
 * products fused with the sums they feed).
 *
 * A fused step is written as a double expression under one `fround`, which can differ only on a midpoint of two
 * float32. Over all 2^24 uniforms it differs for none, here and in {@link blockFloat32}; the tests repeat every 16th
 * with exact fusing.
 */
function radiusOf(u: number): number {
  const n = 16777216 - u * 16777216;
  const bits = 32 - Math.clz32(n);
  const half = n * (scales[bits] as number);
  const small = +(half < SQRT_HALF);
  const e = bits - 24 - small;
  const x = fround(half - 1 + small * half);
  const z = fround(x * x);
  let y = fround(LOG_0 * x + LOG_1);
  y = fround(y * x + LOG_2);
  y = fround(y * x + LOG_3);
  y = fround(y * x + LOG_4);
  y = fround(y * x + LOG_5);
  y = fround(y * x + LOG_6);
  y = fround(y * x + LOG_7);
  y = fround(y * x + LOG_8);
  y = fround(y * x);
  y = fround(y * z + fround(e * LN2_LOW));
  y = fround(y - z * 0.5);
  return fround(Math.sqrt(-2 * fround(e * LN2_HIGH + fround(x + y))));
}

/**
 * Turns the 16 uniforms from `start` on into normals of float32 `mean` and `std`: the first 8 give radii, the last 8
 * angles, and each pair of them two values by Box and Muller.
 */
export function blockFloat32(data: Float32Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + 8; i++) data[i] = radiusOf(data[i] as number);
  for (let i = start; i < start + 8; i++) {
    const theta = fround(TWO_PI * (data[i + 8] as number));
    const j = (fround(theta * FOUR_OVER_PI) + 1) & ~1;
    const x = fround(j * QUARTER_3 + fround(j * QUARTER_2 + fround(j * QUARTER_1 + theta)));
    const z = fround(x * x);
    let c = fround(COS_0 * z + COS_1);
    let s = fround(SIN_0 * z + SIN_1);
    c = fround(c * z + COS_2);
    s = fround(s * z + SIN_2);
    c = fround(c * z);
    s = fround(s * z);
    c = fround(c * z - z * 0.5);
    s = fround(s * x + x);
    c = fround(c + 1);
    // In odd quadrants cosine and sine change places; adding 0 turns -0 into 0.
    const quadrant = j >> 1;
    const odd = quadrant & 1;
    const radius = data[i] as number;
    data[i + 8 * odd] = radius * c * (signs[(quadrant >> 1) & 1] as number) + 0;
    data[i + 8 - 8 * odd] = radius * s * (signs[((quadrant + odd) >> 1) & 1] as number) + 0;
  }
  if (mean === 0 && std === 1) return;
  for (let i = start; i < start + 16; i++) data[i] = fma32(data[i] as number, std, mean);
}
