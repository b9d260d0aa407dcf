import { type DType, dtypeInfo, type Literal, referenceOp, type ScatterMode } from '@taimatsu/core/backend';
import { reader, writer } from '../elements.ts';
import type { GatherRunner } from '../kernels/gather.ts';
import type { ScatterRunner } from '../kernels/scatter.ts';
import { bufferOf, startOf } from '../memory.ts';
import { scatterOp } from '../numeric/scatter-op.ts';
import { startsOf, walk } from './walk.ts';

/** A gather for any dtype: elements are copied as they are stored. */
export const closureGather: GatherRunner = (plan, out, index, source) => {
  const { axisSize, axisStride, loops } = plan;
  const lowest = plan.wrap ? -axisSize : 0;
  const target = bufferOf(out).data;
  const from = bufferOf(source).data;
  const { words } = bufferOf(index);
  const at = startsOf([out, index, source]);
  let bad: number | undefined;
  walk(loops, at, () => {
    const i = indexAt(words, at[1]!);
    const position = i < 0 ? i + axisSize : i;
    if (i >= lowest && i < axisSize) target[at[0]!] = from[at[2]! + position * axisStride]!;
    else bad ??= i;
  });
  return bad;
};

/** A scatter for any mode and dtype. */
export function closureScatter(mode: ScatterMode, dtype: DType): ScatterRunner {
  const read = reader(dtype);
  const write = writer(dtype);
  const combine = combiner(mode, dtype);
  return ({ loops, axisSize, axisStride, wrap }, target, index, source) => {
    const { words } = bufferOf(index);
    const data = bufferOf(target).data;
    const from = bufferOf(source).data;
    const lowest = wrap ? -axisSize : 0;
    let bad: number | undefined;
    const only = [startOf(index)];
    walk({ ...loops, strides: [loops.strides[1]!] }, only, () => {
      const i = indexAt(words, only[0]!);
      if (i < lowest || i >= axisSize) bad ??= i;
    });
    if (bad !== undefined) return bad;
    const at = startsOf([target, index, source]);
    walk(loops, at, () => {
      const i = indexAt(words, at[1]!);
      const to = at[0]! + (i < 0 ? i + axisSize : i) * axisStride;
      if (mode === 'set') data[to] = from[at[2]!]!;
      else write(data, to, combine(read(data, to), read(from, at[2]!)));
    });
    return undefined;
  };
}

function combiner(mode: ScatterMode, dtype: DType): (old: Literal, value: Literal) => Literal {
  if (mode === 'set') return (_, value) => value;
  const apply = referenceOp(scatterOp(mode, dtype), dtypeInfo[dtype].compute);
  return (old, value) => apply(old, value, 0);
}

function indexAt(words: Int32Array, position: number): number {
  return words[2 * position + 1]! * 4294967296 + (words[2 * position]! >>> 0);
}
