import { type DType, dtypeInfo } from './dtype.ts';

/** The range of an integer dtype, inclusive; bigints so that int64's is exact. */
export interface IntegerLimits {
  readonly min: bigint;
  readonly max: bigint;
  readonly bits: number;
}

/** The range and precision of a floating dtype, as `torch.finfo` gives them. */
export interface FloatLimits {
  readonly min: number;
  readonly max: number;
  readonly eps: number;
  /** The smallest positive normal number. */
  readonly tiny: number;
  readonly bits: number;
}

/** `torch.iinfo`: the range of an integer dtype. */
export function iinfo(dtype: DType): IntegerLimits {
  const bits = dtypeInfo[dtype].itemsize * 8;
  if (dtype === 'uint8') return { min: 0n, max: 255n, bits };
  const half = 1n << BigInt(bits - 1);
  return { min: -half, max: half - 1n, bits };
}

const floats: { readonly [name: string]: FloatLimits } = {
  float16: limits(5, 10, 16),
  bfloat16: limits(8, 7, 16),
  float32: limits(8, 23, 32),
  float64: { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, eps: 2 ** -52, tiny: 2 ** -1022, bits: 64 },
};

function limits(exponentBits: number, mantissaBits: number, bits: number): FloatLimits {
  const bias = 2 ** (exponentBits - 1) - 1;
  const max = (2 - 2 ** -mantissaBits) * 2 ** bias;
  return { min: -max, max, eps: 2 ** -mantissaBits, tiny: 2 ** (1 - bias), bits };
}

/** `torch.finfo`: the range and precision of a floating dtype. */
export function finfo(dtype: DType): FloatLimits {
  return floats[dtype] ?? (floats.float32 as FloatLimits);
}
