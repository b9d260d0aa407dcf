import {
  dtypeInfo,
  type Literal,
  referenceOp,
  type ScalarOp,
  type ScatterMode,
  type View,
} from '@taimatsu/core/backend';
import { reader, writer } from '../elements.ts';
import type { GatherRunner } from '../kernels/gather.ts';
import type { ScatterRunner } from '../kernels/scatter.ts';
import { bufferOf, startOf } from '../memory.ts';
import { startsOf, walk } from './walk.ts';

/** A gather for any dtype: elements are copied as they are stored. */
export const closureGather: GatherRunner = (plan, out, index, source) => {
  const { axisSize, axisStride, loops } = plan;
  const target = bufferOf(out).data;
  const from = bufferOf(source).data;
  const { words } = bufferOf(index);
  const at = startsOf([out, index, source]);
  let bad: number | undefined;
  walk(loops, at, () => {
    const i = indexAt(words, at[1]!);
    const position = i < 0 ? i + axisSize : i;
    if (position >= 0 && position < axisSize) target[at[0]!] = from[at[2]! + position * axisStride]!;
    else bad ??= i;
  });
  return bad;
};

/** A scatter for any mode and dtype. */
export function closureScatter(mode: ScatterMode, out: View): ScatterRunner {
  const read = reader(out.dtype);
  const write = writer(out.dtype);
  const combine = combiner(mode, out);
  return ({ loops, axisSize, axisStride }, target, index, source) => {
    const { words } = bufferOf(index);
    const data = bufferOf(target).data;
    const from = bufferOf(source).data;
    let bad: number | undefined;
    const only = [startOf(index)];
    walk({ ...loops, strides: [loops.strides[1]!] }, only, () => {
      const i = indexAt(words, only[0]!);
      if (i < -axisSize || i >= axisSize) bad ??= i;
    });
    if (bad !== undefined) return bad;
    const at = startsOf([target, index, source]);
    walk(loops, at, () => {
      const i = indexAt(words, at[1]!);
      const to = at[0]! + (i < 0 ? i + axisSize : i) * axisStride;
      write(data, to, combine(read(data, to), read(from, at[2]!)));
    });
    return undefined;
  };
}

function combiner(mode: ScatterMode, { dtype }: View): (old: Literal, value: Literal) => Literal {
  if (mode === 'set') return (_, value) => value;
  const bools: { readonly [mode: string]: ScalarOp } = { add: 'or', mul: 'and' };
  const op = dtype === 'bool' ? (bools[mode] ?? mode) : mode;
  const apply = referenceOp(op, dtypeInfo[dtype].compute);
  return (old, value) => apply(old, value, 0);
}

function indexAt(words: Int32Array, position: number): number {
  return words[2 * position + 1]! * 4294967296 + (words[2 * position]! >>> 0);
}
