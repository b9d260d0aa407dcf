import { type AxisPlan, type Kernels, load, s, type View } from '@taimatsu/core/backend';
import { int, type NativeFunction, native } from '../dialect/dialect.ts';
import { scalarFunction } from '../dialect/scalar.ts';
import type { Texels } from '../gpujs.ts';
import { hostSort } from '../host/sort.ts';
import { bufferOf } from '../memory.ts';
import type { Launcher } from '../program/launcher.ts';

/** Longer lines go to the host: each element counts those before it among all of its line. */
const LONGEST = 2048;

/** Sorting by counting: an element's rank is the number of those that come before it. */
export function makeSort(launcher: Launcher, fellBack: () => void): Kernels['sort'] {
  return (plan, descending, values, indices, source) => {
    if (plan.length > LONGEST) {
      fellBack();
      hostSort(launcher.memory, plan, descending, values, indices, source);
      return;
    }
    const ranks = rank(launcher, plan, descending, source);
    place(launcher, plan, ranks, values, source, 'values');
    place(launcher, plan, ranks, indices, source, 'indices');
    launcher.engine.dispose(ranks);
  };
}

/** A row-major texture of ranks, line by line. */
function rank(launcher: Launcher, plan: AxisPlan, descending: boolean, source: View): Texels {
  const { memory } = launcher;
  const { outer, length, strides } = plan;
  return launcher.scratch(
    `sort rank ${descending}`,
    [...outer.shape, length],
    [
      {
        name: 'x',
        texels: memory.texels(bufferOf(source)),
        offset: source.offset,
        strides: [...outer.strides[2]!, 0],
      },
      { name: 'own', offset: 0, strides: [...outer.shape.map(() => 0), 1] },
    ],
    [length, strides[2]!],
    () => ({
      extra: [
        ['len', 'int'],
        ['stride', 'int'],
      ],
      functions: [
        zero(launcher),
        oneIf(launcher),
        beforeFunction(launcher, descending),
        equalFunction(launcher),
      ],
      body: (at) =>
        [
          `const begin = ${at('x')};`,
          `const mine = ${at('own')};`,
          'const value = x[begin + mine * stride];',
          'let rank = zero();',
          'for (let k = 0; k < len; k++) {',
          'const other = x[begin + k * stride];',
          'rank = rank + before(other, value) + equal(other, value) * oneIf(k, mine);',
          '}',
          'return rank;',
        ].join('\n'),
    }),
  );
}

function place(
  launcher: Launcher,
  plan: AxisPlan,
  ranks: Texels,
  out: View,
  source: View,
  what: 'values' | 'indices',
): void {
  const { memory } = launcher;
  const { outer, length, strides } = plan;
  const operand = what === 'values' ? 0 : 1;
  const lines = outer.shape.map(() => 0);
  for (let d = outer.shape.length - 1, step = length; d >= 0; d--) {
    lines[d] = step;
    step *= outer.shape[d]!;
  }
  launcher.launch(
    `sort ${what}`,
    out,
    [...outer.shape, length],
    [...outer.strides[operand]!, strides[operand]!],
    [
      { name: 'ranks', texels: ranks, offset: 0, strides: [...lines, 0] },
      {
        name: 'x',
        texels: memory.texels(bufferOf(source)),
        offset: source.offset,
        strides: [...outer.strides[2]!, 0],
      },
      { name: 'own', offset: 0, strides: [...outer.shape.map(() => 0), 1] },
    ],
    [length, strides[2]!],
    () => ({
      extra: [
        ['len', 'int'],
        ['stride', 'int'],
      ],
      functions: [
        native(
          launcher.dialect,
          'toInt',
          'int32',
          [{ name: 'a', type: 'float32' }],
          [`return ${launcher.dialect.cast('a', 'float32', 'int32')};`],
        ),
        native(
          launcher.dialect,
          'toFloat',
          'float32',
          [int('k')],
          [`return ${launcher.dialect.cast('k', 'int32', 'float32')};`],
        ),
      ],
      body: (at) =>
        [
          `const begin = ${at('ranks')};`,
          `const from = ${at('x')};`,
          `const mine = ${at('own')};`,
          'let found = toFloat(0);',
          'for (let k = 0; k < len; k++) {',
          'if (toInt(ranks[begin + k]) == mine) found = toFloat(k);',
          '}',
          what === 'values' ? 'return x[from + toInt(found) * stride];' : 'return found;',
        ].join('\n'),
    }),
  );
}

const zero = ({ dialect }: Launcher): NativeFunction =>
  native(dialect, 'zero', 'float32', [], [`return ${dialect.literal(0, 'float32')};`]);

/** `oneIf(k, mine)`: 1 for elements in front, which come first among equals. */
const oneIf = ({ dialect }: Launcher): NativeFunction =>
  native(
    dialect,
    'oneIf',
    'float32',
    [int('k'), int('mine')],
    [`return k < mine ? ${dialect.literal(1, 'float32')} : ${dialect.literal(0, 'float32')};`],
  );

const a = load(0, 'float32');
const b = load(1, 'float32');
const number = (test: ReturnType<typeof s.lt>) => s.cast(test, 'float32');

/** `before(a, b)`: 1 where a comes before b, NaN being the largest. */
function beforeFunction({ dialect }: Launcher, descending: boolean): NativeFunction {
  const smaller = (x: typeof a, y: typeof a) => s.or(s.lt(x, y), s.and(s.not(s.isnan(x)), s.isnan(y)));
  return scalarFunction(dialect, 'before', number(descending ? smaller(b, a) : smaller(a, b)), 2, []);
}

function equalFunction({ dialect }: Launcher): NativeFunction {
  return scalarFunction(dialect, 'equal', number(s.or(s.eq(a, b), s.and(s.isnan(a), s.isnan(b)))), 2, []);
}
