import type { GradRecord, InputGrad, Operand } from '../autograd/index.ts';
import { Pointwise, type PointwiseSpec, type Promotion, type Takes } from '../dispatch/index.ts';
import type { DType } from '../dtype/index.ts';
import type { Expr } from '../scalar/index.ts';
import { Tensor } from '../tensor/index.ts';
import { nodeName } from './names.ts';

/** What is particular to a pointwise operation: its scalar expression and its gradients, side by side. */
export interface PointwiseRecord<N extends number, A = undefined> {
  readonly promotion?: Promotion;
  /** Which operand, if any, is a bool condition that takes no part in promotion. */
  readonly condition?: number;
  /** Where numbers may stand for tensors. */
  readonly takes?: Takes;
  readonly forward: (...operands: Expr[]) => Expr;
  /**
   * One formula per operand; `'zero'` for operations that are flat almost everywhere; absent when there is no derivative.
   */
  readonly grads?: readonly (InputGrad<A> | null)[] | 'zero';
  /** PyTorch's node class, where it is not the operation's name with `Backward0`. */
  readonly node?: string;
  readonly check?: (dtype: DType, operands: readonly Operand[]) => void;
  readonly unsupported?: (dtype: DType, operands: readonly Operand[]) => void;
  readonly rowMajor?: boolean;
  readonly arity?: N;
}

const zero: InputGrad = { vjp: (grad) => grad.zerosLike() };

/** The running form of a record. */
export function pointwise<N extends number, A = undefined>(
  name: string,
  record: PointwiseRecord<N, A>,
): Pointwise<A> {
  const { promotion, condition, takes, forward, grads, check, unsupported, rowMajor, node } = record;
  const gradient: GradRecord<A> | undefined =
    grads === undefined
      ? undefined
      : {
          name: node ?? nodeName(name),
          grads: grads === 'zero' ? Array.from({ length: 3 }, () => zero as InputGrad<A>) : grads,
        };
  const spec: PointwiseSpec<A> = {
    name,
    forward,
    ...(promotion === undefined ? {} : { promotion }),
    ...(condition === undefined ? {} : { condition }),
    ...(takes === undefined ? {} : { takes }),
    ...(gradient === undefined ? {} : { gradient }),
    ...(check === undefined ? {} : { check }),
    ...(unsupported === undefined ? {} : { unsupported }),
    ...(rowMajor === undefined ? {} : { rowMajor }),
  };
  return new Pointwise(spec);
}

/** A function of one tensor, elementwise, with its in-place form. */
export interface UnaryOp {
  (self: Tensor): Tensor;
  /** Overwrites `self` and returns it. */
  readonly inPlace: (self: Tensor) => Tensor;
}

/** Defines an elementwise function of one tensor. */
export function unary(name: string, record: PointwiseRecord<1>): UnaryOp {
  const op = pointwise(name, record);
  return Object.assign((self: Tensor) => op.call1(self, undefined), {
    inPlace: (self: Tensor) => op.callInPlace([self], undefined),
  });
}

/** An elementwise function of a tensor and a tensor or scalar, with its in-place form. */
export interface BinaryOp {
  (self: Tensor, other: Operand): Tensor;
  /** Overwrites `self` and returns it. */
  readonly inPlace: (self: Tensor, other: Operand) => Tensor;
  /** With a scalar at the left. */
  readonly scalarFirst: (self: Operand, other: Tensor) => Tensor;
}

/** One operation of two records: `scalars` where the second operand is a number, which then is no input of the graph. */
export function byOther(tensors: BinaryOp, scalars: BinaryOp): BinaryOp {
  const chosen = (other: Operand): BinaryOp => (other instanceof Tensor ? tensors : scalars);
  return Object.assign((self: Tensor, other: Operand) => chosen(other)(self, other), {
    inPlace: (self: Tensor, other: Operand) => chosen(other).inPlace(self, other),
    scalarFirst: tensors.scalarFirst,
  });
}

/** Defines an elementwise function of two operands. */
export function binary(name: string, record: PointwiseRecord<2>): BinaryOp {
  const op = pointwise(name, record);
  return Object.assign((self: Tensor, other: Operand) => op.call2(self, other, undefined), {
    inPlace: (self: Tensor, other: Operand) => op.callInPlace([self, other], undefined),
    scalarFirst: (self: Operand, other: Tensor) => op.call([self, other], undefined),
  });
}

/** An elementwise function of two tensors, with its in-place form. */
export interface TensorBinaryOp {
  (self: Tensor, other: Tensor): Tensor;
  /** Overwrites `self` and returns it. */
  readonly inPlace: (self: Tensor, other: Tensor) => Tensor;
}

/** Defines an elementwise function of two tensors, which takes no numbers for them. */
export function binaryOfTensors(name: string, record: PointwiseRecord<2>): TensorBinaryOp {
  return binary(name, { takes: 'tensors', ...record });
}
