import { checkInplace, isTracked } from '../autograd/index.ts';
import {
  checkedScalar,
  type DType,
  dtypeInfo,
  isFloatingPoint,
  isScalar,
  resultType,
  type Scalar,
} from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Expr, type InputGrad, type Operand, pointwise, s, Tensor } from '../extend/index.ts';
import { refuse } from './internal/dtype-rules.ts';
import { type PointwiseCall, pointwiseBy, type WithInPlace } from './internal/inplace.ts';
import { where } from './where.ts';

/** A bound: a scalar or tensor, or none. */
export type Bound = Operand | null | undefined;

const clampExpr = (x: Expr, low: Expr, high: Expr): Expr => s.clamp(x, low, high);

/** Neither infinity nor the sign of 0 comes through where nothing does. */
const kept = (g: Tensor, mask: Tensor): Tensor => where(mask, g, 0);

const inside: InputGrad = {
  in: [0, 1, 2],
  vjp: (g, c) => {
    const self = c.input(0);
    return kept(g, self.ge(c.operand(1)).logicalAnd(self.le(c.operand(2))));
  },
};

const clampTensors = pointwise('clamp', {
  unsupported: refuse('clamp_cpu', ['bool']),
  forward: (x, low, high) => clampExpr(x, low!, high!),
  grads: [
    inside,
    {
      in: [0, 1, 2],
      vjp: (g, c) => {
        const low = c.operand(1);
        return kept(
          g,
          c
            .input(0)
            .lt(low)
            .logicalAnd(c.input(1).lt(c.operand(2))),
        );
      },
    },
    {
      in: [0, 1, 2],
      vjp: (g, c) => {
        const low = c.operand(1);
        return kept(g, c.input(0).gt(c.operand(2)).logicalOr(c.input(2).lt(low)));
      },
    },
  ],
});

const clampScalars = (name: string, node: string): PointwiseRecord3 =>
  pointwise(name, {
    node,
    forward: (x, low, high) => clampExpr(x, low!, high!),
    grads: [inside, null, null],
  });

type PointwiseRecord3 = typeof clampTensors;

interface OneSided {
  readonly scalar: PointwiseRecord3;
  readonly tensor: PointwiseRecord3;
}

const oneSided = (
  name: string,
  nodes: readonly [scalar: string, tensor: string],
  extreme: (x: Expr, bound: Expr) => Expr,
  within: (x: Tensor, bound: Operand) => Tensor,
): OneSided => {
  const self: InputGrad = { in: [0, 1], vjp: (g, c) => kept(g, within(c.input(0), c.operand(1))) };
  const bound: InputGrad = {
    in: [0, 1],
    vjp: (g, c) => kept(g, within(c.input(0), c.operand(1)).logicalNot()),
  };
  const forward = (x: Expr, limit: Expr): Expr => extreme(x, limit);
  return {
    scalar: pointwise(name, {
      node: nodes[0],
      takes: 'tensor first',
      forward: (x, b) => forward(x, b!),
      grads: [self, null],
    }),
    tensor: pointwise(name, {
      node: nodes[1],
      takes: 'tensor first',
      forward: (x, b) => forward(x, b!),
      grads: [self, bound],
    }),
  };
};

const low = (name: string, nodes: readonly [string, string]): OneSided =>
  oneSided(
    name,
    nodes,
    (x, bound) => s.max(x, bound),
    (x, bound) => x.ge(bound),
  );
const high = (name: string, nodes: readonly [string, string]): OneSided =>
  oneSided(
    name,
    nodes,
    (x, bound) => s.min(x, bound),
    (x, bound) => x.le(bound),
  );
const clampLow = low('clamp', ['ClampBackward1', 'ClampBackward0']);
const clampHigh = high('clamp', ['ClampBackward1', 'ClampBackward0']);
const clampMinOp = low('clamp_min', ['ClampMinBackward0', 'ClampMinBackward1']);
const clampMaxOp = high('clamp_max', ['ClampMaxBackward0', 'ClampMaxBackward1']);
const clampBothScalars = clampScalars('clamp', 'ClampBackward1');

function toBound({ scalar, tensor }: OneSided, self: Tensor, bound: Operand): PointwiseCall<undefined> {
  return [bound instanceof Tensor ? tensor : scalar, [self, bound], undefined];
}

function clampCall(self: Tensor, min?: Bound, max?: Bound): PointwiseCall<undefined> {
  if (min == null && max == null) {
    fail('op/argument', { text: "torch.clamp: At least one of 'min' or 'max' must not be None" });
  }
  const tensors = min instanceof Tensor || max instanceof Tensor;
  // A missing bound next to a tensor keeps its place among the node's inputs.
  if (tensors && isFloatingPoint(self.dtype)) {
    const bounds = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
    return [clampTensors, [self, ...bounds], undefined];
  }
  if (!tensors) return clampScalarsCall(self, min, max);
  if (max == null) return toBound(clampLow, self, min!);
  if (min == null) return toBound(clampHigh, self, max);
  return [clampTensors, [self, min, max], undefined];
}

/** Bounds have to fit the result, and take part in its dtype where the tensor has whole numbers. */
function clampScalarsCall(
  self: Tensor,
  min: Scalar | null | undefined,
  max: Scalar | null | undefined,
): PointwiseCall<undefined> {
  const fitted = (bound: Scalar): Scalar =>
    self instanceof Tensor && [min, max].every((x) => x == null || isScalar(x))
      ? checkedScalar(bound, clampDtype(self, min, max))
      : bound;
  if (max == null) return toBound(clampLow, self, fitted(min!));
  if (min == null) return toBound(clampHigh, self, fitted(max));
  return [clampBothScalars, [self, fitted(min), fitted(max)], undefined];
}

function clampDtype(self: Tensor, ...bounds: readonly (Bound | null | undefined)[]): DType {
  return isFloatingPoint(self.dtype) ? self.dtype : resultType(self, ...bounds.filter((x) => x != null));
}

/** What is no scalar, or not for a tensor, is complained of later. */
function fittedBound(self: Tensor, bound: Operand): Operand {
  if (!(self instanceof Tensor) || !isScalar(bound)) return bound;
  return checkedScalar(bound, clampDtype(self, bound));
}

/** PyTorch words this of its own here. */
function checkClampInto(self: Tensor, ...bounds: readonly Bound[]): void {
  if (bounds.some((bound) => bound != null && !isScalar(bound))) return;
  checkInplace(self, isTracked([self]));
  const dtype = clampDtype(self, ...bounds);
  if (dtype === self.dtype) return;
  fail('dtype/inplace', { from: dtypeInfo[dtype].title, to: dtypeInfo[self.dtype].cppName });
}

function clamping<A extends readonly Bound[]>(
  call: (self: Tensor, ...bounds: A) => PointwiseCall<undefined>,
): WithInPlace<(self: Tensor, ...bounds: A) => Tensor> {
  const op = pointwiseBy(call as never) as unknown as WithInPlace<(self: Tensor, ...bounds: A) => Tensor>;
  const inPlace = (self: Tensor, ...bounds: A): Tensor => {
    checkClampInto(self, ...bounds);
    return op.inPlace(self, ...bounds);
  };
  return Object.assign((self: Tensor, ...bounds: A) => op(self, ...bounds), { inPlace });
}

type BoundedOp = WithInPlace<(self: Tensor, min?: Bound, max?: Bound) => Tensor>;

/** Limited to `min` and `max`, scalars or tensors; the gradient at a bound is 1. With min > max, max. */
export const clamp: BoundedOp = clamping(clampCall);
export const clip: typeof clamp = clamp;

/** {@link clamp} from below. */
export const clampMin: WithInPlace<(self: Tensor, min: Operand) => Tensor> = clamping((self, min: Operand) =>
  toBound(clampMinOp, self, fittedBound(self, min)),
);

/** {@link clamp} from above. */
export const clampMax: WithInPlace<(self: Tensor, max: Operand) => Tensor> = clamping((self, max: Operand) =>
  toBound(clampMaxOp, self, fittedBound(self, max)),
);
