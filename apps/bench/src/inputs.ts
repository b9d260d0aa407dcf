import { integers, uniform } from './numbers.ts';
import type { Op, Work, WorkOf } from './work.ts';

/** How an input is filled: `uniform` in [-scale, scale), `unit` in [0, 1), `classes` are whole numbers below 10. */
export interface Spec {
  readonly fill: 'uniform' | 'unit' | 'zeros' | 'classes';
  readonly shape: readonly number[];
  readonly seed: number;
  readonly scale: number;
}

const of = (fill: Spec['fill'], seed: number, shape: readonly number[], scale = 1): Spec => ({
  fill,
  shape,
  seed,
  scale,
});
const random = (seed: number, ...shape: readonly number[]): Spec => of('uniform', seed, shape);
const classes = (seed: number, count: number): Spec => of('classes', seed, [count]);

/** A layer's weight, as wide as keeps the variance of what goes through, and its bias. */
function layer(seed: number, ...shape: readonly number[]): readonly [Spec, Spec] {
  const reach = shape.slice(1).reduce((a, b) => a * b, 1);
  return [of('uniform', seed, shape, Math.sqrt(6 / reach)), of('zeros', 0, [shape[0]!])];
}

const specs: { readonly [O in Op]: (work: WorkOf<O>) => readonly Spec[] } = {
  add: ({ elements }) => pair(elements),
  notebook: () => [],
  exp: ({ elements }) => [random(1, elements)],
  sum: ({ elements }) => [of('unit', 1, [elements])],
  chain: ({ elements }) => pair(elements),
  matmul: ({ batch, m, k, n, ta, tb }) => [
    random(1, batch, ...(ta ? [k, m] : [m, k])),
    random(2, batch, ...(tb ? [n, k] : [k, n])),
  ],
  conv: ({ pass, batch, channels, size }) => {
    const image = [batch, channels, size, size];
    const both = [random(1, ...image), random(2, channels, channels, 3, 3)];
    return pass === 'forward' ? both : [...both, random(3, ...image)];
  },
  softmax: ({ rows, columns }) => [random(1, rows, columns)],
  layerNorm: ({ rows, columns }) => [random(1, rows, columns), random(2, columns), random(3, columns)],
  mlp: ({ batch }) => [...layer(1, 128, 784), ...layer(2, 10, 128), random(3, batch, 784), classes(4, batch)],
  cnn: ({ batch }) => [
    ...layer(1, 32, 1, 3, 3),
    ...layer(2, 64, 32, 3, 3),
    ...layer(3, 10, 64 * 7 * 7),
    random(4, batch, 1, 28, 28),
    classes(5, batch),
  ],
  peak: () => [],
};

function pair(elements: number): readonly Spec[] {
  const shape = elements === 4 ? [2, 2] : [elements];
  return [random(1, ...shape), random(2, ...shape)];
}

/** What a case starts from, in PyTorch's layout: the same for every contestant. */
export function inputSpecs<O extends Op>(work: Extract<Work, { op: O }>): readonly Spec[] {
  return specs[work.op as O](work as never);
}

/** The values of an input that is not `classes`. */
export function fill({ fill, shape, seed, scale }: Spec): Float32Array<ArrayBuffer> {
  const count = shape.reduce((a, b) => a * b, 1);
  if (fill === 'zeros') return new Float32Array(count);
  const values = uniform(seed, count, scale);
  return fill === 'unit' ? values.map((x) => (x + 1) / 2) : values;
}

/** The values of an input that is `classes`. */
export function fillClasses({ shape, seed }: Spec): Int32Array<ArrayBuffer> {
  return integers(seed, shape[0]!, 10);
}
