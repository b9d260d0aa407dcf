import { isTensor } from '../tensors.ts';
import { pyTuple } from '../values.ts';
import { pyRepr, pyStr } from './show.ts';
import { callTorch } from './torch-module.ts';

/** A function that Python has without importing it. */
export class PyBuiltin {
  readonly call: (args: readonly unknown[]) => unknown;

  constructor(call: (args: readonly unknown[]) => unknown) {
    this.call = call;
  }
}

/** The builtins that scenarios use; `print` hands its lines to `write`. */
export function builtins(write: (text: string) => void): ReadonlyMap<string, PyBuiltin> {
  const functions: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    print: async (values) => {
      const texts: string[] = [];
      for (const value of values) texts.push(await pyStr(value));
      write(`${texts.join(' ')}\n`);
      return null;
    },
    str: ([value]) => pyStr(value),
    repr: ([value]) => pyRepr(value),
    len: ([value]) => BigInt(isTensor(value) ? value.shape[0]! : (value as readonly unknown[]).length),
    range,
    float: async ([value]) => floatNames.get(value) ?? Number(await scalar(value)),
    int: async ([value]) => BigInt(Math.trunc(Number(await scalar(value)))),
    bool: ([value]) => truth(value),
    list: ([value]) => [...(value as readonly unknown[])],
    tuple: ([value]) => pyTuple(value as readonly unknown[]),
    abs: ([value]) => (isTensor(value) ? callTorch('abs', [value], {}) : Math.abs(Number(value))),
  };
  return new Map(Object.entries(functions).map(([name, call]) => [name, new PyBuiltin(call)]));
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

/** A tensor's only element, waited for; anything else as it is. */
async function scalar(value: unknown): Promise<unknown> {
  return isTensor(value) ? await value.itemAsync() : value;
}

/** Whether Python takes a value for true. */
export async function truth(value: unknown): Promise<boolean> {
  if (Array.isArray(value)) return value.length > 0;
  return Boolean(await scalar(value));
}
