import { checkedScalar, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  emptyTensor,
  type GradRecord,
  noGrad,
  type Operand,
  type Pointwise,
  pointwise,
  s,
  Tensor,
  track,
} from '../extend/index.ts';
import { broadcastShapes, numelOf, type Shape } from '../shape/index.ts';
import { awaiting } from './await-reads.ts';
import { where } from './where.ts';

const maskedFillWith = (tensor: boolean): Pointwise =>
  pointwise('masked_fill', {
    node: tensor ? 'MaskedFillBackward1' : 'MaskedFillBackward0',
    condition: 1,
    rowMajor: true,
    forward: (self, mask, value) => s.where(mask, value, self),
    grads: [
      { in: [1], vjp: (g, c) => g.maskedFill(c.input(1), 0) },
      null,
      tensor ? { in: [1], vjp: (g, c) => where(c.input(1), g, 0).sum() } : null,
    ],
  });
const fillTensor = maskedFillWith(true);
const fillScalar = maskedFillWith(false);
const maskedFillOp = (value: Operand): Pointwise => (value instanceof Tensor ? fillTensor : fillScalar);

interface MaskedFill {
  (self: Tensor, mask: Tensor, value: Operand): Tensor;
  readonly inPlace: (self: Tensor, mask: Tensor, value: Operand) => Tensor;
}

/** `value`, a scalar or 0-d tensor, where the mask is true. The result has the tensor's dtype. */
export const maskedFill: MaskedFill = Object.assign(
  (self: Tensor, mask: Tensor, value: Operand): Tensor => {
    checkMask(mask, value);
    broadcastShapes(mask.shape, self.shape);
    return maskedFillOp(value).call([self, mask, fitValue(self, value)], undefined);
  },
  {
    inPlace: (self: Tensor, mask: Tensor, value: Operand): Tensor => {
      checkMask(mask, value);
      broadcastShapes(self.shape, mask.shape);
      return maskedFillOp(value).callInPlace([self, mask, fitValue(self, value)], undefined);
    },
  },
);

function checkMask(mask: Tensor, value: Operand): void {
  if (mask.dtype !== 'bool' && mask.dtype !== 'uint8') {
    fail('op/argument', {
      text: `masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype}`,
    });
  }
  if (value instanceof Tensor && value.ndim > 0) {
    fail('op/argument', {
      text: `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    });
  }
}

function fitValue(self: Tensor, value: Operand): Operand {
  if (value instanceof Tensor) return value.dtype === self.dtype ? value : value.to(self.dtype);
  const fitted = checkedScalar(value, self.dtype);
  if (self.dtype === 'bool') return Number(fitted) !== 0;
  return isFloatingPoint(self.dtype) || typeof fitted !== 'number' ? fitted : Math.trunc(fitted);
}

const maskedSelectRecord: GradRecord<{ readonly shape: Shape }> = {
  name: 'MaskedSelectBackward0',
  grads: [
    {
      in: [1],
      vjp: (g, c) => {
        const whole = g.newZeros([numelOf(c.attrs.shape)]);
        return whole.indexAdd(0, c.input(1), g).view(c.attrs.shape);
      },
    },
    null,
  ],
};

/** The elements where the mask is true, in one dimension. Its shape depends on data, so it must read. */
export function maskedSelect(self: Tensor, mask: Tensor): Tensor {
  if (mask.dtype !== 'bool' && mask.dtype !== 'uint8') {
    fail('op/argument', { text: 'masked_select: expected BoolTensor or ByteTensor for mask' });
  }
  const shape = broadcastShapes(mask.shape, self.shape);
  const count = numelOf(shape);
  const at = noGrad(() =>
    nonzero(mask.detach().expand(shape).reshape([count]))
      .squeeze(1)
      .detach(),
  );
  const out = noGrad(() => self.detach().expand(shape).reshape([count]).indexSelect(0, at));
  return track(maskedSelectRecord, out, [self, at], { shape });
}

/** As {@link maskedSelect}, on every backend. */
export const maskedSelectAsync: (self: Tensor, mask: Tensor) => Promise<Tensor> = awaiting(maskedSelect);

/** Keyword arguments of {@link nonzero}. */
export interface NonzeroOptions<T extends boolean = boolean> {
  /** One vector of positions for each dimension instead of one matrix. Default false. */
  readonly asTuple?: T;
}

/**
 * The indices of the elements that are not 0: one row each, one column per dimension; with `asTuple` a vector for each
 * dimension. Reads the tensor. @throws `backend/sync-read`
 */
export function nonzero(self: Tensor, options?: NonzeroOptions<false>): Tensor;
export function nonzero(self: Tensor, options: NonzeroOptions<true>): Tensor[];
export function nonzero(self: Tensor, { asTuple = false }: NonzeroOptions = {}): Tensor | Tensor[] {
  const elements = self.detach().ne(0).toElements('nonzero()', 'nonzeroAsync()');
  return positionsOf(self, elements as Uint8Array, asTuple);
}

interface NonzeroAsync {
  (self: Tensor, options?: NonzeroOptions<false>): Promise<Tensor>;
  (self: Tensor, options: NonzeroOptions<true>): Promise<Tensor[]>;
}

/** As {@link nonzero}, on every backend. */
export const nonzeroAsync: NonzeroAsync = awaiting(nonzero) as NonzeroAsync;

function positionsOf(self: Tensor, flags: Uint8Array, asTuple: boolean): Tensor | Tensor[] {
  if (!asTuple) return indicesOf(self, flags);
  // As in NumPy, a 0-d tensor counts as a vector of one element here.
  const x = self.ndim === 0 ? noGrad(() => self.detach().reshape([1])) : self;
  return indicesOf(x, flags).unbind(1);
}

function indicesOf(self: Tensor, flags: Uint8Array): Tensor {
  const { shape } = self;
  let count = 0;
  for (const flag of flags) count += flag;
  const rows = new BigInt64Array(count * shape.length);
  let at = 0;
  flags.forEach((flag, position) => {
    if (flag === 0) return;
    let rest = position;
    for (let d = shape.length - 1; d >= 0; d--) {
      rows[d * count + at] = BigInt(rest % shape[d]!);
      rest = Math.floor(rest / shape[d]!);
    }
    at++;
  });
  // As in PyTorch, the positions along one dimension lie side by side.
  const out = emptyTensor(self.backend, 'int64', [count, shape.length], [1, Math.max(count, 1)]);
  if (rows.length > 0) out.storage.write(0, rows);
  return out;
}
