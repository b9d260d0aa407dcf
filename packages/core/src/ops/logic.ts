import { fail } from '../errors/index.ts';
import {
  type BinaryOp,
  binary,
  binaryOfTensors,
  byOther,
  type Expr,
  s,
  type Tensor,
  type TensorBinaryOp,
} from '../extend/index.ts';
import { notIntegers } from './arithmetic.ts';
import { refuse } from './internal/dtype-rules.ts';

export const bitwiseAnd: BinaryOp = binary('bitwise_and', {
  forward: (a, b) => s.and(a, b),
  unsupported: refuse('bitwise_and_cpu', 'floats'),
});
export const bitwiseOr: BinaryOp = binary('bitwise_or', {
  forward: (a, b) => s.or(a, b),
  unsupported: refuse('bitwise_or_cpu', 'floats'),
});
export const bitwiseXor: BinaryOp = binary('bitwise_xor', {
  forward: (a, b) => s.xor(a, b),
  unsupported: refuse('bitwise_xor_cpu', 'floats'),
});
export const bitwiseLeftShift: BinaryOp = binary('bitwise_left_shift', {
  forward: (a, b) => s.shl(a, b),
  unsupported: refuse('lshift_cpu', notIntegers),
});
export const bitwiseRightShift: BinaryOp = binary('bitwise_right_shift', {
  forward: (a, b) => s.shr(a, b),
  unsupported: refuse('rshift_cpu', notIntegers),
});

const logical = (name: string, combine: (a: Expr, b: Expr) => Expr): TensorBinaryOp =>
  binaryOfTensors(name, {
    promotion: 'bool',
    forward: (a, b) => combine(s.cast(a, 'bool'), s.cast(b, 'bool')),
  });

export const logicalAnd: TensorBinaryOp = logical('logical_and', (a, b) => s.and(a, b));
export const logicalOr: TensorBinaryOp = logical('logical_or', (a, b) => s.or(a, b));
export const logicalXor: TensorBinaryOp = logical('logical_xor', (a, b) => s.xor(a, b));

/** What is written in place has a gradient of 0. */
const compare = (name: string, forward: (a: Expr, b: Expr) => Expr): BinaryOp => {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const overload = (number: 0 | 1): BinaryOp =>
    binary(name, {
      promotion: 'bool',
      takes: 'tensor first',
      forward: (a, b) => forward(a!, b!),
      grads: 'zero',
      node: `${title}Backward${number}`,
    });
  return byOther(overload(1), overload(0));
};

export const eq: BinaryOp = compare('eq', (a, b) => s.eq(a, b));
export const ne: BinaryOp = compare('ne', (a, b) => s.ne(a, b));
export const lt: BinaryOp = compare('lt', (a, b) => s.lt(a, b));
export const le: BinaryOp = compare('le', (a, b) => s.le(a, b));
export const gt: BinaryOp = compare('gt', (a, b) => s.lt(b, a));
export const ge: BinaryOp = compare('ge', (a, b) => s.le(b, a));

/** Whether the only element is not 0: Python's `bool(x)`. Reads it. @throws `shape/ambiguous-boolean` */
export function isNonzero(self: Tensor): boolean {
  const numel = self.numel();
  if (numel !== 1) fail('shape/ambiguous-boolean', { numel });
  if (self.storage.hidden !== null) fail('vmap/control-flow', {});
  // NaN is true.
  return Number(self.item()) !== 0;
}
