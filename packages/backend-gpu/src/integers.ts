import { type DType, dtypeInfo, type Expr, type Literal, rewrite } from '@taimatsu/core/backend';

/** Integers have no gaps up to here in a float32. */
export const EXACT: number = 2 ** 24;

/** The largest float32 that is an int32: it stands for the extremes of int32 and int64, with which maxima and minima begin. */
const EXTREME = 2 ** 31 - 128;

const extremes = { int32: 2n ** 31n, int64: 2n ** 63n } as const;

function isWide(dtype: DType): dtype is keyof typeof extremes {
  return dtype === 'int32' || dtype === 'int64';
}

/** A literal as 32-bit arithmetic has it. */
export function narrowed(value: Literal, dtype: DType): Literal {
  if (!isWide(dtype) || typeof value === 'boolean') return value;
  const number = Number(value);
  return Math.abs(number) < EXTREME ? number : Math.sign(number) * EXTREME;
}

/** An expression with every literal narrowed. */
export function withNarrowLiterals(expr: Expr): Expr {
  return rewrite(expr, (node) =>
    node.kind === 'const' ? { ...node, value: narrowed(node.value, node.dtype) } : node,
  );
}

/** What a texel of an integer dtype means, extremes being extremes again. */
export function widened(texel: number, dtype: DType): bigint {
  if (!isWide(dtype) || Math.abs(texel) < EXTREME) return BigInt(texel);
  return texel < 0 ? -extremes[dtype] : extremes[dtype] - 1n;
}

/** True for integers that textures may be given. */
export function isExact(texel: number): boolean {
  return Math.abs(texel) <= EXACT;
}

/** True for dtypes whose sums and products may leave what they can hold, and wrap around long before texels lose them. */
export function isNarrow(dtype: DType): boolean {
  return dtypeInfo[dtype].category !== 'float' && dtypeInfo[dtype].itemsize < 4;
}

/** True for dtypes that have integers which textures lack. */
export function isTooWide(dtype: DType): boolean {
  return dtypeInfo[dtype].category === 'int' && dtypeInfo[dtype].itemsize >= 4;
}
