import { elementsOf, resultItems } from '../compare/compare.ts';
import { isTensor } from '../tensors.ts';
import {
  isTagged,
  isTensorRecord,
  type NumberRecord,
  type SampleRecord,
  type TensorRecord,
  type ValueRecord,
} from './format.ts';

/** Operators that give positions of values, and which output these are: any of several equal values will do. */
const positions: Readonly<Record<string, number>> = { topk: 1, kthvalue: 1, sort: 1, argsort: 0, mode: 1 };

/**
 * The recorded result with our positions where they lead to the same values as PyTorch's, and no value is taken twice:
 * PyTorch promises no order among equals, and its own tests gather the values too. A stable sort is compared as it is.
 */
export async function withOurTies(
  op: string,
  recorded: ValueRecord,
  ours: unknown,
  { input, args, kwargs }: SampleRecord,
): Promise<ValueRecord> {
  const which = Object.hasOwn(positions, op) ? positions[op]! : undefined;
  if (which === undefined || kwargs.stable === true || !isTensorRecord(input)) return recorded;
  const parts = isTagged(recorded) && recorded.$ === 'tuple' ? recorded.v : [recorded];
  const record = parts[which];
  const got = isTensor(ours) ? ours : resultItems(ours)?.[which];
  if (record === undefined || !isTensorRecord(record) || !isTensor(got)) return recorded;
  if (String(got.shape) !== String(record.shape) || input.shape.length === 0) return recorded;
  const given = kwargs.dim ?? args[op === 'topk' || op === 'kthvalue' ? 1 : 0];
  const rank = input.shape.length;
  const dim = ((typeof given === 'number' ? given : -1) + rank) % rank;
  const indices = (await elementsOf(got)).map(Number);
  if (!leadToTheSame(input, record, indices, dim)) return recorded;
  const renamed: TensorRecord = { ...record, data: indices };
  return isTagged(recorded) && recorded.$ === 'tuple'
    ? { ...recorded, v: recorded.v.map((part, i) => (i === which ? renamed : part)) }
    : renamed;
}

function leadToTheSame(
  input: TensorRecord,
  record: TensorRecord,
  indices: readonly number[],
  dim: number,
): boolean {
  const inner = input.shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const size = input.shape[dim]!;
  // One position per line where the dimension is gone, or kept with size one.
  const along = record.shape.length === input.shape.length ? record.shape[dim]! : 1;
  const taken = new Set<number>();
  return indices.every((index, i) => {
    const line = Math.floor(i / (along * inner)) * size * inner + (i % inner);
    const place = line + index * inner;
    if (index < 0 || index >= size || taken.has(place)) return false;
    taken.add(place);
    return same(input.data[place], input.data[line + Number(record.data[i]) * inner]);
  });
}

const same = (a: NumberRecord | undefined, b: NumberRecord | undefined): boolean =>
  a === b || Number(a) === Number(b);
