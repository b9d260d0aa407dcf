import { type Backend, type DType, dtypeInfo, dtypes, type Literal } from '@taimatsu/core/backend';
import { stored } from './array.ts';

const specials: readonly number[] = [0, 1, -1, 2, 0.5, -3, Number.NaN, Infinity, -Infinity];

/** Values for `dtype` from a seed: `awkward` ones have NaN, infinities and integers of all sizes among them. */
export function values(dtype: DType, seed: number, awkward = false): () => Literal {
  let state = seed | 1;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return (state >>> 0) / 2 ** 32;
  };
  const { category, itemsize } = dtypeInfo[dtype];
  return () => {
    const kind = next();
    if (category === 'bool') return kind < 0.5;
    if (category === 'float') {
      const special = awkward && kind < 0.3;
      return stored(special ? specials[Math.floor(next() * specials.length)]! : (next() - 0.5) * 8, dtype);
    }
    const unsigned = dtype === 'uint8';
    if (!awkward || kind < 0.6) return stored(BigInt(Math.floor(next() * 9) - (unsigned ? 0 : 4)), dtype);
    const wide = BigInt(Math.floor(next() * 2 ** 32)) * 2n ** 32n + BigInt(Math.floor(next() * 2 ** 32));
    return stored(unsigned ? wide & 255n : BigInt.asIntN(itemsize * 8, wide), dtype);
  };
}

/** The dtypes that a backend has, and those that it has whole: others hold a part of their integers. */
export interface Dtypes {
  readonly all: readonly DType[];
  readonly whole: ReadonlySet<DType>;
  readonly floats: readonly DType[];
}

export function dtypesOf({ manifest }: Backend): Dtypes {
  const all = dtypes.filter((dtype) => manifest.dtypes[dtype].kind !== 'declined');
  return {
    all,
    whole: new Set(all.filter((dtype) => manifest.dtypes[dtype].kind === 'native')),
    floats: all.filter((dtype) => dtypeInfo[dtype].category === 'float'),
  };
}

/** Relative to 1 or to the size of what was added up. */
const tolerances: { readonly [dtype: string]: number } = {
  float16: 2e-3,
  bfloat16: 2e-2,
  float32: 5e-6,
  float64: 1e-13,
};

/** @throws where `actual` is not `expected`; floats may differ a little, relative to `size` */
export function expectClose(
  actual: Literal,
  expected: Literal,
  dtype: DType,
  where: string,
  size: number = Math.abs(Number(expected)),
): void {
  const tolerance = tolerances[dtype];
  const both = typeof actual === 'number' && typeof expected === 'number';
  const same = actual === expected || (both && Number.isNaN(actual) && Number.isNaN(expected));
  if (same) return;
  if (both && tolerance !== undefined && Number.isFinite(expected)) {
    if (Math.abs(actual - expected) <= tolerance * (1 + size)) return;
  }
  throw new Error(`${where}: expected ${String(expected)}, got ${String(actual)}`);
}

/** @throws where two lists are not the same, but for the sign of zeros */
export function expectSame(actual: readonly Literal[], expected: readonly Literal[], where: string): void {
  expected.forEach((value, i) => {
    expectClose(actual[i]!, value, 'bool', `${where}, element ${i}`);
  });
  if (actual.length !== expected.length) {
    throw new Error(`${where}: expected ${expected.length} elements, got ${actual.length}`);
  }
}
