import { type DType, fromBFloat16Bits, toBFloat16Bits, toFloat16Bits } from '../../src/dtype/index.ts';
import {
  bernoulliScalar,
  bernoulliTensor,
  cauchy,
  dropoutMask,
  type ElementArray,
  exponential,
  type Generator,
  geometric,
  type Integer,
  logNormal,
  multinomial,
  normal,
  poisson,
  random,
  randomBetween,
  randperm,
  uniform,
} from '../../src/rng/index.ts';

const arrays: { readonly [D in DType]: new (count: number) => ElementArray } = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Memory for `count` elements of `dtype`. */
export function empty(dtype: DType, count: number): ElementArray {
  return new arrays[dtype](count);
}

/** A recorded argument: numbers that JSON cannot hold come as strings. */
function argument(value: unknown): number {
  return typeof value === 'string' ? Number(value.replace('inf', 'Infinity')) : (value as number);
}

function integer(value: unknown): Integer | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? BigInt(value) : (value as number);
}

function rounded(dtype: DType, values: readonly number[]): number[] {
  if (dtype === 'float64') return [...values];
  return values.map((x) => (dtype === 'bfloat16' ? fromBFloat16Bits(toBFloat16Bits(x)) : Math.fround(x)));
}

type Fill = (generator: Generator, out: ElementArray, dtype: DType, args: readonly unknown[]) => ElementArray;

const plain =
  (fill: (generator: Generator, out: ElementArray, dtype: DType, ...args: number[]) => void): Fill =>
  (generator, out, dtype, args) => {
    fill(generator, out, dtype, ...args.map(argument));
    return out;
  };

const fills: { readonly [name: string]: Fill } = {
  uniform: plain(uniform),
  normal: plain((g, out, dtype, mean, std) => normal(g, out, dtype, mean, std)),
  normalStrided: plain((g, out, dtype, mean, std) => normal(g, out, dtype, mean, std, { contiguous: false })),
  random: (g, out, dtype, args) => {
    if (args.length === 0) random(g, out, dtype);
    else randomBetween(g, out, dtype, integer(args[0]) as Integer, integer(args[1]));
    return out;
  },
  randperm: plain(randperm),
  bernoulli: plain((g, out, dtype, p) => bernoulliScalar(g, out, dtype, p as number)),
  bernoulliTensor: (g, out, dtype, [p, of]) => {
    const kind = of as DType;
    const shares = rounded(kind, new Array<number>(out.length).fill(p as number));
    bernoulliTensor(
      g,
      out,
      dtype,
      kind === 'float64' ? Float64Array.from(shares) : Float32Array.from(shares),
    );
    return out;
  },
  exponential: plain(exponential),
  geometric: plain((g, out, dtype, p) => geometric(g, out, dtype, p as number)),
  cauchy: plain(cauchy),
  logNormal: plain(logNormal),
  poisson: plain((g, out, dtype, rate) => poisson(g, out, dtype, new Array(out.length).fill(rate))),
  dropoutMask: plain((g, out, dtype, p) => dropoutMask(g, out, dtype, p as number)),
  multinomial: (g, _, dtype, [probabilities, samples, replacement]) => {
    const rows = probabilities as readonly unknown[];
    const categories = Array.isArray(rows[0]) ? rows[0].length : rows.length;
    const values = rounded(dtype, rows.flat().map(argument));
    return multinomial(g, values, dtype, {
      categories,
      samples: samples as number,
      replacement: replacement as boolean,
    });
  },
};

/** Runs the fill that a record names; gives the elements. */
export function runFill(
  generator: Generator,
  name: string,
  dtype: DType,
  count: number,
  args: readonly unknown[],
): ElementArray {
  return (fills[name] as Fill)(generator, empty(dtype, count), dtype, args);
}

/** `values` as the elements of `dtype`. */
export function elementsOf(dtype: DType, values: readonly number[]): ElementArray {
  const out = empty(dtype, values.length);
  const half = dtype === 'float16' ? toFloat16Bits : toBFloat16Bits;
  values.forEach((value, i) => {
    if (out instanceof BigInt64Array) out[i] = BigInt(value);
    else out[i] = out instanceof Uint16Array ? half(value) : value;
  });
  return out;
}
