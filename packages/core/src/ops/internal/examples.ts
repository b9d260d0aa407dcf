import { hideDim, repeatExamples, showDim } from '../../autograd/index.ts';
import { noGrad, type Tensor } from '../../extend/index.ts';
import type { BatchLevel } from '../../tensor/index.ts';

// What is computed on the host under `vmap`: all examples at once, as a larger batch.

/** True where looking at an element costs no wait: then a formula may choose its way by what is there. */
export function isReadNow({ storage }: Tensor): boolean {
  return storage.hidden === null && storage.backend.manifest.syncRead;
}

/** The tensors outside the graph, all with the examples that any of them has. */
export function aligned<T extends readonly Tensor[]>(...tensors: T): T {
  const levels = new Set<BatchLevel>();
  for (const { storage } of tensors) for (const { level } of storage.hidden ?? []) levels.add(level);
  return tensors.map((x) => repeatExamples(x.detach(), [...levels])) as unknown as T;
}

/** The tensor with its examples as dimensions in front, outside the graph. */
export function showExamples(self: Tensor): Tensor {
  const hidden = self.storage.hidden ?? [];
  return noGrad(() => hidden.reduceRight<Tensor>((x, { level }) => showDim(x, level, 0), self.detach()));
}

/** The opposite: dimensions in front become the examples that `like` has. */
export function hideExamples(self: Tensor, like: Tensor): Tensor {
  const hidden = like.storage.hidden ?? [];
  return noGrad(() => hidden.reduce<Tensor>((x, { level }) => hideDim(x, level, 0), self));
}

/** The sizes of the dimensions that {@link showExamples} shows. */
export function exampleSizes({ storage }: Tensor): readonly number[] {
  return (storage.hidden ?? []).map(({ level }) => level.size);
}
