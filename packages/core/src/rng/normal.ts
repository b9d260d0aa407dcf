import type { DType } from '../dtype/index.ts';
import { type ElementArray, fillEach, requireFloating, roundTo } from './elements.ts';
import type { Generator } from './generator.ts';
import { fma64 } from './math/fma.ts';
import { log } from './math/log.ts';
import { type SineCosine, sineCosine } from './math/trigonometry.ts';
import { check, cxx } from './messages.ts';
import { blockBFloat16, blockFloat16, blockFloat64 } from './normal-blocks.ts';
import { blockFloat32 } from './normal-float32.ts';
import { uniform } from './uniform.ts';

/** How the elements lie in memory. */
export interface NormalOptions {
  /** False for a tensor that is not contiguous, whose values PyTorch makes one by one; true when omitted. */
  readonly contiguous?: boolean;
}

const angle: SineCosine = { sine: 0, cosine: 0 };

/**
 * One double-precision standard normal by Box and Muller: four draws, then none for the second value of the pair,
 * which the generator keeps through whatever else is drawn.
 */
export function standardNormal(generator: Generator): number {
  const cached = generator.normalCache;
  if (cached !== undefined) {
    generator.normalCache = undefined;
    return cached;
  }
  const u1 = generator.uniform53();
  const u2 = generator.uniform53();
  const radius = Math.sqrt(-2 * log(1 - u2));
  sineCosine(2 * Math.PI * u1, angle);
  generator.normalCache = radius * angle.sine;
  return radius * angle.cosine;
}

/**
 * Fills `out`, of a floating `dtype`, with normals of `mean` and `std` in memory order: `normal_`, `randn`.
 *
 * Fewer than 16 elements, and tensors that are not contiguous, take {@link standardNormal} for each. Otherwise `out`
 * is filled with uniforms of `dtype`, which are transformed in blocks of 16 in the arithmetic of `dtype`; when the
 * last block is not full, the last 16 elements are drawn and transformed anew.
 */
export function normal(
  generator: Generator,
  out: ElementArray,
  dtype: DType,
  mean = 0,
  std = 1,
  { contiguous = true }: NormalOptions = {},
): void {
  check(std >= 0, () => `normal expects std >= 0.0, but found std ${cxx(std)}`);
  requireFloating('normal_kernel_cpu', dtype);
  const count = out.length;
  if (count < 16 || !contiguous) {
    fillEach(out, dtype, () => fma64(standardNormal(generator), std, mean));
    return;
  }
  const block = blockOf(out, dtype, roundTo(dtype, mean), roundTo(dtype, std));
  uniform(generator, out, dtype);
  for (let start = 0; start + 16 <= count; start += 16) block(start);
  if (count % 16 === 0) return;
  uniform(generator, out.subarray(count - 16), dtype);
  block(count - 16);
}

/** The transformation of the 16 elements from a position on. */
function blockOf(out: ElementArray, dtype: DType, mean: number, std: number): (start: number) => void {
  if (out instanceof Float32Array) return (start) => blockFloat32(out, start, mean, std);
  if (out instanceof Float64Array) return (start) => blockFloat64(out, start, mean, std);
  const bits = out as Uint16Array;
  const block = dtype === 'float16' ? blockFloat16 : blockBFloat16;
  return (start) => block(bits, start, mean, std);
}
