import { checkInplace } from '../autograd/index.ts';
import { canCast, type DType, dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { isDense, overlapsItself, type Shape, sameShape, spanOf } from '../shape/index.ts';
import type { Tensor } from '../tensor/index.ts';

/**
 * Checks that an in-place result of `dtype` and `shape` may be written into `self`.
 * @throws `dtype/inplace`, `shape/inplace`, `shape/overlap` and what autograd refuses
 */
export function checkDestination(self: Tensor, dtype: DType, shape: Shape, willRecord: boolean): void {
  checkInplace(self, willRecord);
  checkOverlap(self);
  checkShape(self, shape);
  checkCast(dtype, self.dtype);
}

/** @throws `shape/overlap` */
export function checkOverlap(self: Tensor): void {
  if (overlapsItself(self.shape, self.strides)) fail('shape/overlap', {});
}

/** @throws `shape/inplace` */
export function checkShape(self: Tensor, shape: Shape): void {
  if (!sameShape(shape, self.shape)) fail('shape/inplace', { shape: self.shape, broadcast: shape });
}

/** @throws `dtype/inplace` */
export function checkCast(from: DType, to: DType): void {
  if (!canCast(from, to)) fail('dtype/inplace', { from: dtypeInfo[from].title, to: dtypeInfo[to].title });
}

/**
 * Refuses an input that certainly shares some of its memory with what is written, but not element by element.
 * @throws `shape/partial-overlap`
 */
export function checkPartialOverlap(out: Tensor, input: Tensor): void {
  if (out === input || out.storage !== input.storage || out.numel() === 0 || input.numel() === 0) return;
  if (!isDense(out.shape, out.strides) || !isDense(input.shape, input.strides)) return;
  const outEnd = out.offset + out.numel();
  const inputEnd = input.offset + input.numel();
  if (out.offset >= inputEnd || input.offset >= outEnd) return;
  const same = out.offset === input.offset && outEnd === inputEnd;
  if (!same || !sameShape(out.strides, input.strides)) fail('shape/partial-overlap', {});
}

/** True when two tensors may share elements without being the same view. */
export function overlapsPartially(out: Tensor, input: Tensor): boolean {
  if (out.storage !== input.storage) return out.storage.isLent && out.storage.root === input.storage.root;
  if (sameView(out, input)) return false;
  const outEnd = out.offset + spanOf(out.shape, out.strides);
  const inputEnd = input.offset + spanOf(input.shape, input.strides);
  return out.offset < inputEnd && input.offset < outEnd;
}

function sameView(a: Tensor, b: Tensor): boolean {
  return (
    a.offset === b.offset &&
    sameShape(a.shape, b.shape) &&
    a.strides.every((stride, d) => stride === b.strides[d] || a.shape[d] === 1)
  );
}
