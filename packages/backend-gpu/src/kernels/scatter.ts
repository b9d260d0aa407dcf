import type { DType, IndexPlan, Kernels, ScatterMode, View } from '@taimatsu/core/backend';
import { float, type NativeFunction, native } from '../dialect/dialect.ts';
import { firstOutOfRange } from '../host/indices.ts';
import { hostScatter } from '../host/scatter.ts';
import { isNarrow } from '../integers.ts';
import { bufferOf } from '../memory.ts';
import { type Combination, combineFunction } from '../program/combine.ts';
import { isNested, type Launcher } from '../program/launcher.ts';
import { positionFunction } from './gather.ts';

/** Beyond so many steps the host is faster: each output element looks at every index that could name it. */
const MOST_STEPS = 2 ** 26;

const combinations: Readonly<Record<Exclude<ScatterMode, 'set'>, Combination>> = {
  add: 'sum',
  mul: 'prod',
  max: 'max',
  min: 'min',
};

/** There is no writing to a place of one's choice in a texture: each output element gathers what is meant for it. */
export function makeScatter(launcher: Launcher, fellBack: () => void): Kernels['scatter'] {
  return (mode, plan, out, index, source) => {
    const bad = firstOutOfRange(launcher.memory, plan, index);
    if (bad !== undefined) return bad;
    const axis = plan.loops.strides[0]!.findIndex((stride, d) => stride === 0 && plan.loops.shape[d]! > 1);
    const candidates = axis < 0 ? 1 : plan.loops.shape[axis]!;
    const shape = plan.loops.shape.map((n, d) => (d === axis ? plan.axisSize : n));
    const strides = plan.loops.strides[0]!.map((stride, d) => (d === axis ? plan.axisStride : stride));
    if (bufferOf(out).length * candidates > MOST_STEPS || !isNested(shape, strides)) {
      fellBack();
      hostScatter(launcher.memory, mode, plan, out, index, source);
    } else scatter(launcher, mode, plan, axis, out, index, source);
    return undefined;
  };
}

function scatter(
  launcher: Launcher,
  mode: ScatterMode,
  plan: IndexPlan,
  axis: number,
  out: View,
  index: View,
  source: View,
): void {
  const { memory, dialect, engine } = launcher;
  const { declare } = dialect;
  const { shape, strides } = plan.loops;
  const others = shape.map((_, d) => d).filter((d) => d !== axis);
  const along = (operand: number, atAxis: number): readonly number[] => [
    ...others.map((d) => strides[operand]![d]!),
    atAxis,
  ];
  const stride = (operand: number): number => (axis < 0 ? 0 : strides[operand]![axis]!);
  launcher.launch(
    `scatter ${mode}${isNarrow(out.dtype) ? ` ${out.dtype}` : ''}`,
    out,
    [...others.map((d) => shape[d]!), plan.axisSize],
    along(0, plan.axisStride),
    [
      { name: 'index', texels: memory.texels(bufferOf(index)), offset: index.offset, strides: along(1, 0) },
      {
        name: 'source',
        texels: memory.texels(bufferOf(source)),
        offset: source.offset,
        strides: along(2, 0),
      },
      { name: 'own', offset: 0, strides: [...others.map(() => 0), 1] },
    ],
    [memory.texels(bufferOf(out)), axis < 0 ? 1 : shape[axis]!, stride(1), stride(2), plan.axisSize],
    () => ({
      extra: [
        ['old', 'texels'],
        ['count', 'int'],
        ['indexStep', 'int'],
        ['sourceStep', 'int'],
        ['size', 'int'],
      ],
      functions: [positionFunction(dialect), applyFunction(mode, out.dtype, launcher)],
      body: (at) => [
        declare('int32', 'i', at('index')),
        declare('int32', 's', at('source')),
        declare('int32', 'mine', at('own')),
        declare('float32', 'value', engine.read('old', 't')),
        dialect.loop('c', '0', 'count', [
          `if (position(${engine.read('index', 'i + c * indexStep')}, size) == mine) {`,
          `value = apply(value, ${engine.read('source', 's + c * sourceStep')});`,
          '}',
        ]),
        'return value;',
      ],
    }),
  );
}

/** `apply(before, value)`. */
function applyFunction(mode: ScatterMode, dtype: DType, { dialect }: Launcher): NativeFunction {
  if (mode === 'set')
    return native(dialect, 'apply', 'float32', [float('before'), float('value')], ['return value;']);
  return combineFunction(dialect, combinations[mode], dtype, 'apply');
}
