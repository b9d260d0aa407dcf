import type { DType, Kernels } from '@taimatsu/core/backend';
import { hostScan } from '../host/scan.ts';
import { isNarrow } from '../integers.ts';
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
      `scan ${combine}${isNarrow(out.dtype) ? ` ${out.dtype}` : ''}`,
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
      () =>
        isArg
          ? argScan(launcher, combine === 'argmax' ? 'max' : 'min', input.dtype)
          : valueScan(launcher, combine, out.dtype),
    );
  };
}

function valueScan({ dialect, engine }: Launcher, combine: Combination, dtype: DType): Source {
  return {
    extra: [['stride', 'int']],
    functions: [combineFunction(dialect, combine, dtype)],
    body: (at) => [
      dialect.declare('int32', 'begin', at('x')),
      dialect.declare('int32', 'end', at('end')),
      dialect.declare('float32', 'value', engine.read('x', 'begin')),
      dialect.loop('k', '1', 'end + 1', [
        `value = combine(value, ${engine.read('x', 'begin + k * stride')});`,
      ]),
      'return value;',
    ],
  };
}

function argScan({ dialect, engine }: Launcher, extreme: 'max' | 'min', dtype: DType): Source {
  return {
    extra: [['stride', 'int']],
    functions: [combineFunction(dialect, extreme, dtype), moveFunction(dialect, extreme, true)],
    body: (at) => [
      dialect.declare('int32', 'begin', at('x')),
      dialect.declare('int32', 'end', at('end')),
      dialect.declare('float32', 'best', engine.read('x', 'begin')),
      dialect.declare('float32', 'place', dialect.literal(0, 'float32')),
      dialect.loop('k', '1', 'end + 1', [
        dialect.declare('float32', 'value', engine.read('x', 'begin + k * stride')),
        `place = move(best, value, place, ${dialect.cast('k', 'int32', 'float32')});`,
        'best = combine(best, value);',
      ]),
      'return place;',
    ],
  };
}
