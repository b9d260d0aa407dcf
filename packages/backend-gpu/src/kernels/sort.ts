import { type AxisPlan, type Expr, type Kernels, load, s, type View } from '@taimatsu/core/backend';
import type { NativeFunction } from '../dialect/dialect.ts';
import { testFunction } from '../dialect/scalar.ts';
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
  const { memory, dialect, engine } = launcher;
  const { declare } = dialect;
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
      functions: [beforeFunction(launcher, descending), sameFunction(launcher)],
      body: (at) => [
        declare('int32', 'begin', at('x')),
        declare('int32', 'mine', at('own')),
        declare('float32', 'value', engine.read('x', 'begin + mine * stride')),
        declare('float32', 'rank', dialect.literal(0, 'float32')),
        dialect.loop('k', '0', 'len', [
          declare('float32', 'other', engine.read('x', 'begin + k * stride')),
          'if (before(other, value)) rank = rank + 1.0;',
          'if (k < mine && same(other, value)) rank = rank + 1.0;',
        ]),
        'return rank;',
      ],
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
  const { memory, dialect, engine } = launcher;
  const { declare } = dialect;
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
      functions: [],
      body: (at) => [
        declare('int32', 'begin', at('ranks')),
        declare('int32', 'from', at('x')),
        declare('int32', 'mine', at('own')),
        declare('int32', 'found', '0'),
        dialect.loop('k', '0', 'len', [
          `if (${dialect.cast(engine.read('ranks', 'begin + k'), 'float32', 'int32')} == mine) found = k;`,
        ]),
        what === 'values'
          ? `return ${engine.read('x', 'from + found * stride')};`
          : `return ${dialect.cast('found', 'int32', 'float32')};`,
      ],
    }),
  );
}

const a = load(0, 'float32');
const b = load(1, 'float32');

/** `before(a, b)`: whether a comes before b, NaN being the largest. */
function beforeFunction({ dialect }: Launcher, descending: boolean): NativeFunction {
  const smaller = (x: Expr, y: Expr): Expr => s.or(s.lt(x, y), s.and(s.not(s.isnan(x)), s.isnan(y)));
  return testFunction(dialect, 'before', descending ? smaller(b, a) : smaller(a, b));
}

function sameFunction({ dialect }: Launcher): NativeFunction {
  return testFunction(dialect, 'same', s.or(s.eq(a, b), s.and(s.isnan(a), s.isnan(b))));
}
