import { checkInplace, connect, type GradRecord, isTracked, metaOf, settle } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { countChange } from '../tensor/index.ts';

/**
 * Shows the tensor's own memory in another form, in place: as `form` shows it. Counted as a change; `undo` brings a
 * gradient back to the former shape.
 */
function reform(
  self: Tensor,
  name: string,
  form: (x: Tensor) => Tensor,
  undo: (g: Tensor) => Tensor,
): Tensor {
  const tracked = isTracked([self]);
  checkInplace(self, tracked);
  const record: GradRecord<undefined> = { name, grads: [{ vjp: undo }] };
  const node = tracked ? connect(record, [self], undefined) : undefined;
  self.replace(form(self.detach()));
  countChange(self);
  // A view's history follows from its base's at the next look.
  if (node === undefined || self.autograd?.view != null) return self;
  node.describe(0, self);
  if (!settle(node, [self])) return self;
  const meta = metaOf(self);
  meta.node = node;
  meta.outputNr = 0;
  return self;
}

function asMatrix(x: Tensor): Tensor {
  if (x.ndim > 2) fail('shape/t', { rank: x.ndim, op: 't_' });
  return x.t();
}

/** {@link t} in place. */
export function t_(self: Tensor): Tensor {
  return reform(self, 'TBackward1', asMatrix, (g) => g.t());
}

/** {@link transpose} in place. */
export function transpose_(self: Tensor, dim0: number, dim1: number): Tensor {
  const form = (x: Tensor): Tensor => x.transpose(dim0, dim1);
  return reform(self, 'TransposeBackward1', form, form);
}

export const swapaxes_: typeof transpose_ = transpose_;
export const swapdims_: typeof transpose_ = transpose_;

/** {@link unsqueeze} in place. */
export function unsqueeze_(self: Tensor, dim: number): Tensor {
  return reform(
    self,
    'UnsqueezeBackward1',
    (x) => x.unsqueeze(dim),
    (g) => g.squeeze(dim),
  );
}

/** {@link squeeze} in place. */
export function squeeze_(self: Tensor, dim?: number | readonly number[]): Tensor {
  const { shape } = self;
  const overload = dim === undefined ? 3 : typeof dim === 'number' ? 4 : 5;
  return reform(
    self,
    `SqueezeBackward${overload}`,
    (x) => x.squeeze(dim),
    (g) => g.view(shape),
  );
}
