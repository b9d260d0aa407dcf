import type { Kernels } from '@taimatsu/core/backend';
import { native } from '../dialect/dialect.ts';
import { hostScan } from '../host/scan.ts';
import { bufferOf } from '../memory.ts';
import { type Combination, combineFunction, moveFunction } from '../program/combine.ts';
import type { Launcher, Source } from '../program/launcher.ts';

/** Longer lines go to the host: each element combines all before it anew. */
const LONGEST = 4096;

export function makeScan(launcher: Launcher, fellBack: () => void): Kernels['scan'] {
  const { memory } = launcher;
  return (combine, plan, out, input) => {
    if (plan.length > LONGEST) {
      fellBack();
      hostScan(memory, combine, plan, out, input);
      return;
    }
    const isArg = combine === 'argmax' || combine === 'argmin';
    const { outer, length, strides } = plan;
    launcher.launch(
      `scan ${combine}`,
      out,
      [...outer.shape, length],
      [...outer.strides[0]!, strides[0]!],
      [
        {
          name: 'x',
          texels: memory.texels(bufferOf(input)),
          offset: input.offset,
          strides: [...outer.strides[1]!, 0],
        },
        { name: 'end', offset: 0, strides: [...outer.shape.map(() => 0), 1] },
      ],
      [strides[1]!],
      () => (isArg ? argScan(launcher, combine === 'argmax' ? 'max' : 'min') : valueScan(launcher, combine)),
    );
  };
}

function valueScan({ dialect }: Launcher, combine: Combination): Source {
  return {
    extra: [['stride', 'int']],
    functions: [combineFunction(dialect, combine)],
    body: (at) =>
      [
        `const begin = ${at('x')};`,
        `const end = ${at('end')};`,
        'let value = x[begin];',
        'for (let k = 1; k <= end; k++) {',
        'value = combine(value, x[begin + k * stride]);',
        '}',
        'return value;',
      ].join('\n'),
  };
}

function argScan({ dialect }: Launcher, extreme: 'max' | 'min'): Source {
  const toFloat = native(
    dialect,
    'toFloat',
    'float32',
    [{ name: 'k', type: 'int32' }],
    [`return ${dialect.cast('k', 'int32', 'float32')};`],
  );
  return {
    extra: [['stride', 'int']],
    functions: [combineFunction(dialect, extreme), moveFunction(dialect, extreme, true), toFloat],
    body: (at) =>
      [
        `const begin = ${at('x')};`,
        `const end = ${at('end')};`,
        'let best = x[begin];',
        'let where = toFloat(0);',
        'for (let k = 1; k <= end; k++) {',
        'const value = x[begin + k * stride];',
        'where = move(best, value, where, toFloat(k));',
        'best = combine(best, value);',
        '}',
        'return where;',
      ].join('\n'),
  };
}
