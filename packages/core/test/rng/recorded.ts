import { readFileSync } from 'node:fs';
import { type DType, fromBFloat16Bits, fromFloat16Bits } from '../../src/dtype/index.ts';
import type { ElementArray } from '../../src/rng/index.ts';

type Json = number | string | boolean | null | readonly Json[];

/** An expression and the elements it gave. */
export interface RecordedStep {
  readonly expr: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: string;
}

/** Expressions evaluated one after the other from a seed. */
export interface RecordedStream {
  readonly name: string;
  readonly seed: string;
  readonly steps: readonly RecordedStep[];
}

/** A fill from a fresh seed, and two double normals drawn after it. */
export interface RecordedFill {
  readonly fill: string;
  readonly dtype: DType;
  readonly count: number;
  readonly args: readonly Json[];
  readonly seed: number;
  readonly values: string;
  readonly next: string;
}

/** The state after some expressions, and what `randn(3)` in double, `rand(20)` and `randn(17)` gave from there. */
export interface RecordedState {
  readonly seed: string;
  readonly exprs: readonly string[];
  readonly state: string;
  readonly next: readonly [string, string, string];
}

interface Recorded {
  readonly streams: readonly RecordedStream[];
  readonly fills: readonly RecordedFill[];
  readonly states: readonly RecordedState[];
  readonly functions: readonly { readonly name: string; readonly x: string; readonly y: string }[];
  readonly errors: readonly {
    readonly fill: string;
    readonly dtype: DType;
    readonly args: Json;
    readonly text: string;
  }[];
}

/** What record.py wrote. */
export const recorded: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/rng-cases.json', import.meta.url), 'utf8'),
);

const view = new DataView(new ArrayBuffer(8));

function float(hex: string): number {
  if (hex.length === 8) {
    view.setUint32(0, Number.parseInt(hex, 16));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, BigInt(`0x${hex}`));
  return view.getFloat64(0);
}

/** The recorded elements of a floating dtype. */
export function floats(values: string): number[] {
  return values === '' ? [] : values.split(' ').map(float);
}

/** The elements as numbers; integers of 64 bits as bigints. */
export function numbers(out: ElementArray, dtype: DType): (number | bigint)[] {
  if (dtype === 'float16') return Array.from(out as Uint16Array, fromFloat16Bits);
  if (dtype === 'bfloat16') return Array.from(out as Uint16Array, fromBFloat16Bits);
  return Array.from(out as ArrayLike<number>);
}

/** How many doubles lie between two, zeros of either sign being one. */
export function ulps(a: number, b: number): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const place = (x: number): bigint => {
    view.setFloat64(0, x);
    const bits = view.getBigInt64(0);
    return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
  };
  const distance = place(a) - place(b);
  return Number(distance < 0n ? -distance : distance);
}

/** The greatest distance of `out` from the recorded elements: in ULPs for float64, else 0 or infinity. */
export function distance(out: ElementArray, dtype: DType, values: string): number {
  const got = numbers(out, dtype);
  const want = /^(float|bfloat)/.test(dtype)
    ? floats(values)
    : values === ''
      ? []
      : values.split(' ').map(BigInt);
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    0,
    ...got.map((value, i) => {
      const other = want[i] as number | bigint;
      if (dtype === 'float64') return ulps(value as number, other as number);
      const same = typeof other === 'bigint' ? BigInt(value) === other : Object.is(value, other);
      return same ? 0 : Number.POSITIVE_INFINITY;
    }),
  );
}
