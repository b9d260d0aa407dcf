import { type DType, dtypeInfo, finfo } from '../dtype/index.ts';
import { type ElementArray, fillEach, requireFloating, roundTo } from './elements.ts';
import type { Generator } from './generator.ts';
import { fma32, fma64 } from './math/fma.ts';
import { check, cppNames, cxx } from './messages.ts';

/**
 * Fills `out`, of a floating `dtype`, with uniforms of [`from`, `to`) in memory order: `uniform_`, `rand`.
 *
 * A float32 takes the low 24 bits of one draw, a float64 the low 53 of two, float16 11 and bfloat16 8 of one; the
 * value is u * (to - from) + from rounded once, the difference having been rounded to `dtype`.
 */
export function uniform(generator: Generator, out: ElementArray, dtype: DType, from = 0, to = 1): void {
  requireFloating('check_uniform_bounds', dtype);
  checkBounds(dtype, from, to);
  const low = roundTo(dtype, from);
  const range = roundTo(dtype, roundTo(dtype, to) - low);
  if (out instanceof Float32Array) fillFloat32(generator, out, low, range);
  else if (out instanceof Float64Array) fillFloat64(generator, out, low, range);
  else {
    const bits = dtype === 'float16' ? 11 : 8;
    const mask = (1 << bits) - 1;
    const unit = 2 ** -bits;
    fillEach(out, dtype, () => (generator.random32() & mask) * unit * range + low);
  }
}

const scratch = new Int32Array(2048);

function fillFloat32(generator: Generator, out: Float32Array, low: number, range: number): void {
  for (let start = 0; start < out.length; start += scratch.length) {
    const count = Math.min(scratch.length, out.length - start);
    generator.randomWords(count === scratch.length ? scratch : scratch.subarray(0, count));
    for (let i = 0; i < count; i++) out[start + i] = ((scratch[i] as number) & 0xffffff) * 2 ** -24;
    if (low === 0 && range === 1) continue;
    for (let i = start; i < start + count; i++) out[i] = fma32(out[i] as number, range, low);
  }
}

function fillFloat64(generator: Generator, out: Float64Array, low: number, range: number): void {
  if (low === 0 && range === 1) for (let i = 0; i < out.length; i++) out[i] = generator.uniform53();
  else for (let i = 0; i < out.length; i++) out[i] = fma64(generator.uniform53(), range, low);
}

function checkBounds(dtype: DType, from: number, to: number): void {
  const { min, max } = finfo(dtype);
  const within = (value: number): boolean => value >= min && value <= max;
  check(within(from), () => `from is out of bounds for ${cppNames[dtype]}`);
  check(within(to), () => `to is out of bounds for ${cppNames[dtype]}`);
  check(
    from <= to,
    () => `uniform_ expects to return a [from, to) range, but found from=${cxx(from)} > to=${cxx(to)}`,
  );
  const limit = `std::numeric_limits<${dtypeInfo[dtype].title}>::max()`;
  check(
    to - from <= max,
    () =>
      `uniform_ expects to-from <= ${limit}, but found to=${cxx(to)} and from=${cxx(from)} which result in to-from to exceed the limit`,
  );
}
