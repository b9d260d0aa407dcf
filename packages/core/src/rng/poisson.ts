import type { DType } from '../dtype/index.ts';
import { type ElementArray, fillEach, requireFloating } from './elements.ts';
import type { Generator } from './generator.ts';
import { exp } from './math/exp.ts';
import { log } from './math/log.ts';
import { check } from './messages.ts';

/** Fills `out`, of a floating `dtype`, with Poisson counts of mean `rates[i]`: `poisson`. */
export function poisson(
  generator: Generator,
  out: ElementArray,
  dtype: DType,
  rates: ArrayLike<number>,
): void {
  requireFloating('poisson_cpu', dtype);
  let i = 0;
  fillEach(out, dtype, () => sample(generator, rates[i++] as number));
}

function sample(generator: Generator, rate: number): number {
  check(rate >= 0, () => 'invalid Poisson rate, expected rate to be non-negative');
  if (rate >= 10) return transformedRejection(generator, rate);
  if (rate === 0) return 0;
  // Counts arrivals until the product of uniforms falls to e^-rate.
  const limit = exp(-rate);
  let product = 1;
  for (let count = 0; ; count++) {
    product *= generator.uniform53();
    if (product <= limit) return count;
  }
}

/** Hörmann's PTRS (1993), with the constants of numpy, from which PyTorch has it. */
function transformedRejection(generator: Generator, rate: number): number {
  const logRate = log(rate);
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = generator.uniform53() - 0.5;
    const v = generator.uniform53();
    const us = 0.5 - Math.abs(u);
    const k = asInt64(Math.floor(((2 * a) / us + b) * u + rate + 0.43));
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = log(v) + log(inverseAlpha) - log(a / (us * us) + b);
    if (left <= -rate + k * logRate - logFactorial(k)) return k;
  }
}

/** The C cast of a double that may not fit: the least int64. */
function asInt64(value: number): number {
  return Math.abs(value) < 2 ** 63 ? value : -(2 ** 63);
}

/** ln k!, by summing small ones and by Stirling's series. */
function logFactorial(k: number): number {
  if (k < 20) {
    let product = 1;
    for (let n = 2; n <= k; n++) product *= n;
    return log(product);
  }
  const x = k + 1;
  const y = 1 / (x * x);
  const correction = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x;
  return (x - 0.5) * log(x) - x + 0.5 * Math.log(2 * Math.PI) + correction;
}
