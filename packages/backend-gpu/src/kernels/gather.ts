import type { IndexPlan, Kernels, View } from '@taimatsu/core/backend';
import { type Dialect, float, int, type NativeFunction, native } from '../dialect/dialect.ts';
import { firstOutOfRange } from '../host/indices.ts';
import { bufferOf } from '../memory.ts';
import type { Launcher } from '../program/launcher.ts';

/** `position(index, size)`: an index as a position within the axis. What is out of range is found out on the host. */
export function positionFunction(dialect: Dialect): NativeFunction {
  return native(
    dialect,
    'position',
    'int32',
    [float('index'), int('size')],
    [
      dialect.declare('int32', 'at', dialect.cast('index', 'float32', 'int32')),
      'if (at < 0) at = at + size;',
      'if (at < 0) return 0;',
      'return at < size ? at : size - 1;',
    ],
  );
}

export function makeGather(launcher: Launcher): Kernels['gather'] {
  return (plan, out, index, source) => {
    const bad = firstOutOfRange(launcher.memory, plan, index);
    if (bad === undefined) gather(launcher, plan, out, index, source);
    return bad;
  };
}

function gather(launcher: Launcher, plan: IndexPlan, out: View, index: View, source: View): void {
  const { memory, dialect, engine } = launcher;
  const { declare } = dialect;
  const { shape, strides } = plan.loops;
  launcher.launch(
    'gather',
    out,
    shape,
    strides[0]!,
    [
      { name: 'index', texels: memory.texels(bufferOf(index)), offset: index.offset, strides: strides[1]! },
      {
        name: 'source',
        texels: memory.texels(bufferOf(source)),
        offset: source.offset,
        strides: strides[2]!,
      },
    ],
    [plan.axisSize, plan.axisStride],
    () => ({
      extra: [
        ['size', 'int'],
        ['stride', 'int'],
      ],
      functions: [positionFunction(dialect)],
      body: (at) => [
        declare('int32', 'to', `position(${engine.read('index', at('index'))}, size)`),
        `return ${engine.read('source', `${at('source')} + to * stride`)};`,
      ],
    }),
  );
}
