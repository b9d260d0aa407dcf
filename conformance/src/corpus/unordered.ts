import { elementsOf, resultItems } from '../compare/compare.ts';
import { isTensor } from '../tensors.ts';
import {
  isTagged,
  isTensorRecord,
  type SampleRecord,
  type TensorRecord,
  type ValueRecord,
} from './format.ts';

/** True for `unique(sorted=False)` of all elements: PyTorch gives the values in the order of a hash table. */
export function isUnordered(op: string, { kwargs }: SampleRecord): boolean {
  return op === 'unique' && kwargs.sorted === false && (kwargs.dim ?? null) === null;
}

/**
 * The recorded result of such a call with its values, and what goes with them, in the order of ours. As it is when it
 * has other values.
 */
export async function inOrderOf(
  recorded: ValueRecord,
  ours: unknown,
  sample: SampleRecord,
): Promise<ValueRecord> {
  const parts = isTagged(recorded) && recorded.$ === 'tuple' ? recorded.v : [recorded];
  const [values, ...rest] = parts as readonly TensorRecord[];
  const first = isTensor(ours) ? ours : resultItems(ours)?.[0];
  if (values === undefined || !isTensorRecord(values) || !isTensor(first)) return recorded;
  const wanted = (await elementsOf(first)).map(Number);
  const from = wanted.map((value) => values.data.findIndex((element) => Object.is(Number(element), value)));
  if (from.length !== values.data.length || from.includes(-1)) return recorded;
  const pick = (part: TensorRecord): TensorRecord => ({ ...part, data: from.map((i) => part.data[i]!) });
  const rename = (part: TensorRecord): TensorRecord => ({
    ...part,
    data: part.data.map((i) => from.indexOf(Number(i))),
  });
  const renamed = rest.map((part, i) =>
    i === 0 && sample.kwargs.return_inverse === true ? rename(part) : pick(part),
  );
  return isTagged(recorded) && recorded.$ === 'tuple'
    ? { ...recorded, v: [pick(values), ...renamed] }
    : pick(values);
}
