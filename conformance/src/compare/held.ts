import type { Manifest } from '@taimatsu/core/backend';
import { isTagged, isTensorRecord, type TensorRecord, type ValueRecord } from '../corpus/format.ts';

/** How large the integers are, at most, that a dtype holds without gaps. */
const limits: Readonly<Record<string, number>> = { int32: 2 ** 31, float32: 2 ** 24 };

/**
 * Why a device cannot have a recorded result: an integer in its tensors, or in what it printed, is beyond what the manifest says that
 * int64 is held in. Undefined where it can.
 */
export function cannotHold(recorded: ValueRecord, { dtypes }: Manifest, printed = ''): string | undefined {
  const support = dtypes.int64;
  const limit = support.kind === 'held' ? limits[support.as] : undefined;
  if (support.kind !== 'held' || limit === undefined) return undefined;
  const longs = tensorsIn(recorded).filter(({ dtype }) => dtype === 'int64');
  const integers = [
    ...longs.flatMap(({ data }) => data),
    ...(printed.match(/(?<![\w.+])\d+(?![\w.])/g) ?? []),
  ];
  const beyond = integers.find((value) => Math.abs(Number(value)) >= limit);
  return beyond === undefined
    ? undefined
    : `int64 is held as ${support.as} there, which ${beyond} does not fit`;
}

function tensorsIn(recorded: ValueRecord): readonly TensorRecord[] {
  if (Array.isArray(recorded)) return recorded.flatMap(tensorsIn);
  if (isTensorRecord(recorded)) return [recorded];
  return isTagged(recorded) && recorded.$ === 'tuple' ? recorded.v.flatMap(tensorsIn) : [];
}
