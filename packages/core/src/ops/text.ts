import { gradFnOf, noGrad, requiresGradOf, showDim, tangentOf } from '../autograd/index.ts';
import type { Tensor } from '../extend/index.ts';
import {
  formatGathered,
  formatScalarItem,
  formatTensor,
  getPrintOptions,
  type PrintExtras,
  printedIndices,
} from '../print/index.ts';
import { emptyTensor, type Hidden } from '../tensor/index.ts';
import { elementValue } from './internal/element.ts';

function extrasOf(self: Tensor): PrintExtras {
  const node = gradFnOf(self);
  const tangent = tangentOf(self);
  return {
    ...(tangent === null ? {} : { tangent: tangent.ndim === 0 ? tangent.itemString() : toString(tangent) }),
    ...(node === null ? { requiresGrad: requiresGradOf(self) } : { gradFn: node.name }),
  };
}

/** Exactly what PyTorch prints for the tensor. @throws `backend/sync-read` */
export function toString(self: Tensor): string {
  const { hidden } = self.storage;
  if (hidden !== null) return examplesText(self, hidden);
  const elements = noGrad(() => self.detach().toElements('toString()', 'toStringAsync()'));
  const at = (i: number): number | bigint | boolean => elementValue(elements, i, self.dtype);
  return formatTensor({ shape: self.shape, dtype: self.dtype, at }, extrasOf(self));
}

/** As {@link toString}, on every backend; reads only the elements that are shown. */
export async function toStringAsync(self: Tensor): Promise<string> {
  const options = getPrintOptions();
  const indices = printedIndices(self.shape, options);
  const shown = noGrad(() => {
    const index = emptyTensor(self.backend, 'int64', [indices.length]);
    if (indices.length > 0) index.storage.write(0, BigInt64Array.from(indices, BigInt));
    return self.detach().reshape(-1).indexSelect(0, index);
  });
  const elements = await shown.toElementsAsync();
  const values = indices.map((_, i) => elementValue(elements, i, self.dtype));
  return formatGathered(values, self.shape, self.dtype, extrasOf(self), options);
}

/** The text of the value of a tensor with one element, as Python's f-strings show it. */
export function itemString(self: Tensor): string {
  return formatScalarItem(self.item(), self.dtype);
}

/** All examples of a tensor inside `vmap`, as functorch prints them. */
function examplesText(self: Tensor, hidden: Hidden): string {
  const { level } = hidden.at(-1)!;
  const value = toString(noGrad(() => showDim(self.detach(), level, 0)));
  const lines = value.split('\n').join('\n    ');
  return `BatchedTensor(lvl=${hidden.length}, bdim=0, value=\n    ${lines}\n)`;
}
