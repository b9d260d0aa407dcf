import { contiguousStrides } from '../shape/index.ts';
import { type BatchLevel, type Hidden, lendStorage, Tensor } from '../tensor/index.ts';
import { installShowDim } from './fit-gradient.ts';
import type { GradRecord } from './record.ts';
import { track } from './track.ts';

interface LevelAttrs {
  readonly level: BatchLevel;
  readonly dim: number;
}

const hideRecord: GradRecord<LevelAttrs> = {
  name: 'HideDimBackward',
  grads: [{ vjp: (g, { attrs }) => showDim(g, attrs.level, attrs.dim) }],
};

const showRecord: GradRecord<LevelAttrs> = {
  name: 'ShowDimBackward',
  grads: [{ vjp: (g, { attrs }) => hideDim(g, attrs.level, attrs.dim) }],
};

/** The tensor without dimension `dim`, which its memory has as the hidden dimension of `level` instead. */
export function hideDim(self: Tensor, level: BatchLevel, dim: number): Tensor {
  const rest = (values: readonly number[]): number[] => values.filter((_, d) => d !== dim);
  const own = { level, stride: self.strides[dim]! };
  const hidden = [...(self.storage.hidden ?? []), own].sort((a, b) => a.level.order - b.level.order);
  const out = seenAs(self, hidden, rest(self.shape), rest(self.strides));
  return track(hideRecord, out, [self], { level, dim });
}

/** The opposite: the hidden dimension of `level` as dimension `dim`; a repeated one where there is none. */
export function showDim(self: Tensor, level: BatchLevel, dim: number): Tensor {
  const hidden = self.storage.hidden ?? [];
  const stride = hidden.find((own) => own.level === level)?.stride ?? 0;
  const left = hidden.filter((own) => own.level !== level);
  const insert = (values: readonly number[], value: number): number[] => values.toSpliced(dim, 0, value);
  const shape = insert(self.shape, level.size);
  // Where there are no examples a result may have no memory either.
  const strides = shape.includes(0) ? contiguousStrides(shape) : insert(self.strides, stride);
  const out = seenAs(self, left.length === 0 ? null : left, shape, strides);
  return track(showRecord, out, [self], { level, dim });
}

/** The same memory with other dimensions hidden. */
function seenAs(
  self: Tensor,
  hidden: Hidden | null,
  shape: readonly number[],
  strides: readonly number[],
): Tensor {
  const out = new Tensor(lendStorage(self.storage, hidden), self.dtype, shape, strides, self.offset);
  out.counter = self.counter;
  return out;
}

/** The same tensor outside the graph, with its one value repeated for the examples of the levels that it lacks. */
export function repeatExamples(self: Tensor, levels: readonly BatchLevel[]): Tensor {
  const own = self.storage.hidden ?? [];
  const lacking = levels.filter((level) => !own.some((dim) => dim.level === level));
  if (lacking.length === 0) return self;
  const hidden = [...own, ...lacking.map((level) => ({ level, stride: 0 }))];
  hidden.sort((a, b) => a.level.order - b.level.order);
  return seenAs(self, hidden, self.shape, self.strides);
}

installShowDim(showDim);
