/**
 * Of PyTorch's `torch.fft` what needs no complex numbers.
 * @packageDocumentation
 */
import type { Tensor } from '../extend/index.ts';
import { normalizeAxes } from '../shape/index.ts';

function shifted(
  self: Tensor,
  dim: number | readonly number[] | null | undefined,
  by: (size: number) => number,
): Tensor {
  const axes = normalizeAxes(dim ?? undefined, self.ndim);
  return self.roll(
    axes.map((axis) => by(self.shape[axis]!)),
    axes,
  );
}

/** Frequency 0 moved from the start of the dimensions to their middle. */
export function fftshift(self: Tensor, dim?: number | readonly number[] | null): Tensor {
  return shifted(self, dim, (size) => Math.floor(size / 2));
}

/** The inverse of {@link fftshift}. */
export function ifftshift(self: Tensor, dim?: number | readonly number[] | null): Tensor {
  return shifted(self, dim, (size) => Math.ceil(size / 2));
}
