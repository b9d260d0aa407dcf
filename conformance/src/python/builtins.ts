import { Node } from '@taimatsu/core';
import { resultItems } from '../compare/compare.ts';
import { isTensor } from '../tensors.ts';
import { pyTuple } from '../values.ts';
import { PyError } from './functions.ts';
import { pyRepr, pyStr } from './show.ts';
import { callTorch } from './torch-module.ts';
import { Reading } from './wait.ts';

/** A function that Python has without importing it. */
export class PyBuiltin {
  readonly call: (args: readonly unknown[]) => unknown;

  constructor(call: (args: readonly unknown[]) => unknown) {
    this.call = call;
  }
}

/** The builtins that scenarios use; `print` hands its lines to `write`, which waits for them. */
export function builtins(write: (line: Promise<string>) => unknown): ReadonlyMap<string, PyBuiltin> {
  const functions: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    print: (values) => write(Promise.all(values.map(pyStr)).then((texts) => `${texts.join(' ')}\n`)),
    str: ([value]) => pyStr(value),
    repr: ([value]) => pyRepr(value),
    len: ([value]) => lengthOf(value),
    range,
    float: ([value]) => floatNames.get(value) ?? reading(value, Number),
    int: ([value]) => reading(value, (x) => BigInt(Math.trunc(Number(x)))),
    bool: ([value]) => truth(value),
    list: ([value]) => [...itemsOf(value)],
    tuple: ([value]) => pyTuple(itemsOf(value)),
    abs: ([value]) => (isTensor(value) ? callTorch('abs', [value], {}) : Math.abs(Number(value))),
    zip: (lists) => {
      const [first = [], ...rest] = lists as readonly (readonly unknown[])[];
      const shortest = Math.min(first.length, ...rest.map((list) => list.length));
      return first.slice(0, shortest).map((item, i) => pyTuple([item, ...rest.map((list) => list[i])]));
    },
    enumerate: ([value]) => [...(value as Iterable<unknown>)].map((item, i) => pyTuple([BigInt(i), item])),
    type: ([value]) =>
      new PyType(value === null ? 'NoneType' : isTensor(value) ? 'Tensor' : typeNameOf(value)),
    isinstance: ([value]) => isTensor(value),
  };
  return new Map(Object.entries(functions).map(([name, call]) => [name, new PyBuiltin(call)]));
}

function lengthOf(value: unknown): bigint {
  if (!isTensor(value)) return BigInt((value as readonly unknown[]).length);
  if (value.ndim === 0) throw new PyError('TypeError', 'len() of a 0-d tensor');
  return BigInt(value.shape[0]!);
}

/** What Python iterates over; a named result is a tuple there. */
function itemsOf(value: unknown): readonly unknown[] {
  return resultItems(value) ?? [...(value as Iterable<unknown>)];
}

const floatNames: ReadonlyMap<unknown, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

function range(bounds: readonly unknown[]): readonly bigint[] {
  const [start, stop] = bounds.length === 1 ? [0, Number(bounds[0])] : [Number(bounds[0]), Number(bounds[1])];
  return Array.from({ length: Math.max(0, stop - start) }, (_, i) => BigInt(start + i));
}

/** The class of something that is no tensor. */
class PyType {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function typeNameOf(value: unknown): string {
  return value instanceof Node ? value.name : typeof value;
}

/** What a tensor's only element gives, once it is read; anything else is there at once. */
function reading<R>(value: unknown, convert: (element: unknown) => R): R | Reading {
  if (!isTensor(value)) return convert(value);
  return new Reading(
    () => convert(value.item()),
    async () => convert(await value.itemAsync()),
  );
}

/** Whether Python takes a value for true. */
export function truth(value: unknown): boolean | Reading {
  if (Array.isArray(value)) return value.length > 0;
  // Says what is wrong with tensors that are neither true nor false, without reading them.
  return isTensor(value) && value.numel() !== 1 ? value.isNonzero() : reading(value, (x) => Number(x) !== 0);
}
