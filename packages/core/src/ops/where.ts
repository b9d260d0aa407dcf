import { dtypeInfo, promoteTypes, scalarDtype } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Operand, pointwise, s, Tensor } from '../extend/index.ts';
import { fullTensor } from './creation.ts';

const whereOp = pointwise('where', {
  condition: 0,
  forward: (condition, a, b) => s.where(condition, a, b),
  grads: [
    null,
    { in: [0], vjp: (g, c) => where(c.input(0), g, 0) },
    { in: [0], vjp: (g, c) => where(c.input(0), 0, g) },
  ],
});

/**
 * `self` where the condition is true, `other` elsewhere. With the condition alone, the indices of its true elements, as
 * {@link nonzero} with a tensor per dimension.
 */
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, self: Operand, other: Operand): Tensor;
export function where(condition: Tensor, self?: Operand, other?: Operand): Tensor | Tensor[] {
  if (self === undefined || other === undefined) return condition.nonzero({ asTuple: true });
  if (condition.dtype !== 'bool' && condition.dtype !== 'uint8') {
    fail('op/where-condition', { dtype: dtypeInfo[condition.dtype].title });
  }
  return whereOp.call(
    [condition, asOperand(condition, self, other), asOperand(condition, other, self)],
    undefined,
  );
}

/** Of two scalars one becomes a tensor, so that the result has a dtype of its own. */
function asOperand(condition: Tensor, value: Operand, other: Operand): Operand {
  if (value instanceof Tensor || other instanceof Tensor) return value;
  return fullTensor(condition.backend, promoteTypes(scalarDtype(value), scalarDtype(other)), [], value);
}
