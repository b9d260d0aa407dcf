import { readFileSync } from 'node:fs';
import { type DType, isFloatingPoint, setDefaultDtype } from '../../src/dtype/index.ts';
import {
  type PrintElement,
  type PrintExtras,
  type PrintOptions,
  type PrintSource,
  setPrintOptions,
} from '../../src/print/index.ts';

type Json = number | string | boolean;

/** A tensor that record.py printed with PyTorch. */
export interface RecordedPrint {
  readonly code?: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Flat indices of `data`, where some elements are not printed. */
  readonly at?: readonly number[];
  readonly data: readonly Json[];
  readonly options?: { readonly [K in keyof PrintOptions]?: PrintOptions[K] | 'inf' };
  readonly defaultDtype?: DType;
  readonly extras?: PrintExtras;
  readonly text: string;
}

/** A float as Python prints it: its repr, a precision, and `%.{precision}f` and `%.{precision}e`. */
export type RecordedNumber = readonly [repr: string, precision: number, fixed: string, scientific: string];

interface Recorded {
  readonly named: readonly RecordedPrint[];
  readonly random: readonly RecordedPrint[];
  readonly numbers: readonly RecordedNumber[];
}

/** What record.py wrote. */
export const recorded: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/print-cases.json', import.meta.url), 'utf8'),
);

/** Sets the printing options and the default dtype as they were when `print` was recorded. */
export function restore({ options, defaultDtype = 'float32' }: Partial<RecordedPrint>): void {
  const threshold = options?.threshold === 'inf' ? Number.POSITIVE_INFINITY : options?.threshold;
  setPrintOptions({
    profile: 'default',
    ...(options as Partial<PrintOptions>),
    ...(threshold === undefined ? {} : { threshold }),
  });
  setDefaultDtype(defaultDtype);
}

/** The recorded elements, in the order of their flat indices. */
export function elements({ data, dtype }: RecordedPrint): PrintElement[] {
  return data.map((value) => element(value, dtype));
}

/** The recorded tensor; it throws when an element is touched that was not printed. */
export function source(print: RecordedPrint): PrintSource & { readonly touched: number[] } {
  const values = elements(print);
  const place = new Map(print.at?.map((index, i) => [index, i]));
  const touched: number[] = [];
  const at = (index: number): PrintElement => {
    touched.push(index);
    const value = values[print.at === undefined ? index : (place.get(index) ?? -1)];
    if (value === undefined) throw new RangeError(`element ${index} is not printed`);
    return value;
  };
  return { shape: print.shape, dtype: print.dtype, touched, at };
}

function element(value: Json, dtype: DType): PrintElement {
  if (typeof value === 'boolean') return value;
  if (dtype === 'int64') return BigInt(value);
  const number = typeof value === 'string' ? Number(value.replace('inf', 'Infinity')) : value;
  return isFloatingPoint(dtype) && dtype !== 'float64' ? Math.fround(number) : number;
}
