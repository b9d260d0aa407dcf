import { type DType, dtypes, isFloatingPoint, isInteger } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  type BinaryOp,
  binary,
  byOther,
  canRead,
  type InputGrad,
  type Operand,
  pointwise,
  s,
  Tensor,
} from '../extend/index.ts';

/** Keyword arguments of {@link add} and {@link sub}. */
export interface AlphaOptions {
  /** Multiplies `other` first. Default 1. A boolean only where the result is bool. */
  readonly alpha?: number | boolean;
}

export const notIntegers: readonly DType[] = dtypes.filter((dtype) => !isInteger(dtype));

const addRecord = pointwise('add', {
  forward: (a, b) => (a.dtype === 'bool' ? s.or(a, b) : s.add(a, b)),
  grads: [{ vjp: (g) => g }, { vjp: (g) => g }],
});

const addScaled = pointwise<2, number>('add', {
  forward: (a, b, alpha) =>
    a.dtype === 'bool'
      ? s.or(a, s.and(b, s.cast(alpha!, 'bool')))
      : s.add(a, s.mul(b, s.cast(alpha!, b.dtype))),
  grads: [{ vjp: (g) => g }, { vjp: (g, c) => g.mul(c.attrs) }],
});

const subCheck = (dtype: DType, operands: readonly Operand[]): void => {
  const isBool = (x: Operand): boolean => (x instanceof Tensor ? x.dtype === 'bool' : typeof x === 'boolean');
  if (dtype === 'bool' || operands.some(isBool)) fail('dtype/bool-sub', { both: operands.every(isBool) });
};

const subRecord = pointwise('sub', {
  forward: (a, b) => s.sub(a, b),
  grads: [{ vjp: (g) => g }, { vjp: (g) => g.neg() }],
  check: subCheck,
});

const subScaled = pointwise<2, number>('sub', {
  forward: (a, b, alpha) => s.sub(a, s.mul(b, s.cast(alpha!, b.dtype))),
  grads: [{ vjp: (g) => g }, { vjp: (g, c) => g.mul(-c.attrs) }],
  check: subCheck,
});

const rsubFrom = (tensor: boolean): typeof addScaled =>
  pointwise<2, number>('rsub', {
    node: tensor ? 'RsubBackward0' : 'RsubBackward1',
    takes: 'tensor first',
    forward: (a, b, alpha) => s.sub(b, s.mul(a, s.cast(alpha!, a.dtype))),
    grads: [{ vjp: (g, c) => g.mul(-c.attrs) }, tensor ? { vjp: (g) => g } : null],
    check: subCheck,
  });
const rsubTensor = rsubFrom(true);
const rsubScalar = rsubFrom(false);

/** self + alpha · other. */
export const add: AlphaOp = alphaOp(addRecord, addScaled);

/** self - alpha · other. Bools are refused. */
export const sub: AlphaOp = alphaOp(subRecord, subScaled);

/** other - alpha · self. */
export function rsub(self: Tensor, other: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor {
  const record = other instanceof Tensor ? rsubTensor : rsubScalar;
  const factor = checkAlpha(alpha, self, other);
  return record.call([self, other], factor, [factor]);
}

/** A binary operation with PyTorch's `alpha`. */
interface AlphaOp {
  (self: Tensor, other: Operand, options?: AlphaOptions): Tensor;
  readonly inPlace: (self: Tensor, other: Operand, options?: AlphaOptions) => Tensor;
}

function alphaOp(plain: typeof addRecord, scaled: typeof addScaled): AlphaOp {
  return Object.assign(
    (self: Tensor, other: Operand, options?: AlphaOptions): Tensor => {
      const alpha = options?.alpha ?? 1;
      if (alpha === 1) return plain.call2(self, other, undefined);
      const factor = checkAlpha(alpha, self, other);
      return scaled.call([self, other], factor, [factor]);
    },
    {
      inPlace: (self: Tensor, other: Operand, options?: AlphaOptions): Tensor => {
        const alpha = options?.alpha ?? 1;
        if (alpha === 1) return plain.callInPlace([self, other], undefined);
        const factor = checkAlpha(alpha, self, other);
        return scaled.callInPlace([self, other], factor, [factor]);
      },
    },
  );
}

function checkAlpha(alpha: number | boolean, ...operands: readonly Operand[]): number {
  if (typeof alpha === 'boolean') {
    const isBool = operands.every((x) => (x instanceof Tensor ? x.dtype === 'bool' : typeof x === 'boolean'));
    if (!isBool) fail('op/argument', { text: 'Boolean alpha only supported for Boolean results.' });
    return Number(alpha);
  }
  const floating = operands.some((x) =>
    x instanceof Tensor ? isFloatingPoint(x.dtype) : !Number.isInteger(Number(x)),
  );
  if (!floating && !Number.isInteger(alpha)) {
    fail('op/argument', {
      text: 'For integral input tensors, argument alpha must not be a floating point number.',
    });
  }
  return alpha;
}

/** self · other. */
export const mul: BinaryOp = binary('mul', {
  forward: (a, b) => (a.dtype === 'bool' ? s.and(a, b) : s.mul(a, b)),
  grads: [
    { in: [1], vjp: (g, c) => g.mul(c.operand(1)) },
    { in: [0], vjp: (g, c) => g.mul(c.operand(0)) },
  ],
});

const divGrads: readonly InputGrad[] = [
  { in: [1], vjp: (g, c) => g.div(c.operand(1)) },
  {
    in: [0, 1],
    vjp: (g, c) => {
      const other = c.input(1);
      return g.neg().mul(other.rdivBy(c.operand(0)).div(other));
    },
  },
];

const trueDivide: BinaryOp = binary('div', {
  promotion: 'float',
  forward: (a, b) => s.div(a, b),
  grads: divGrads,
});

/** Keyword arguments of {@link div}. */
export interface DivOptions {
  /** Rounds the quotient: toward zero, or down. Default: not at all. */
  readonly roundingMode?: 'trunc' | 'floor' | null;
}

const truncDivide: BinaryOp = binary('div', {
  node: 'DivBackward2',
  forward: (a, b) => (isFloatingPoint(a.dtype) ? s.trunc(s.div(a, b)) : s.div(a, b)),
  grads: 'zero',
  unsupported: integerDivision('div_trunc_cpu'),
});

const floorDivideRounded: BinaryOp = binary('div', {
  node: 'DivBackward2',
  forward: (a, b) => s.floordiv(a, b),
  grads: 'zero',
  unsupported: integerDivision('div_floor_cpu'),
});

const plainFloorDivide: BinaryOp = binary('floor_divide', {
  node: 'NotImplemented',
  forward: (a, b) => s.floordiv(a, b),
  grads: [notDifferentiable('aten::floor_divide'), notDifferentiable('aten::floor_divide')],
  unsupported: integerDivision('div_floor_cpu'),
});

function notDifferentiable(op: string): InputGrad {
  return { vjp: () => fail('autograd/not-implemented', { op }) };
}

/** self / other: true division, so integers give the default dtype, unless `roundingMode` asks for whole quotients. */
export const div: DivOp = Object.assign(
  (self: Tensor, other: Operand, options?: DivOptions): Tensor => divisionFor(options)(self, other),
  {
    inPlace: (self: Tensor, other: Operand, options?: DivOptions): Tensor =>
      divisionFor(options).inPlace(self, other),
  },
);

interface DivOp {
  (self: Tensor, other: Operand, options?: DivOptions): Tensor;
  readonly inPlace: (self: Tensor, other: Operand, options?: DivOptions) => Tensor;
}

function divisionFor(options: DivOptions | undefined): BinaryOp {
  const mode = options?.roundingMode ?? undefined;
  if (mode === undefined) return trueDivide;
  if (mode === 'trunc') return truncDivide;
  if (mode === 'floor') return floorDivideRounded;
  return fail('op/argument', {
    text: `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${String(mode)}'`,
  });
}

/** other / self, for a scalar `other`. */
export function rdivBy(self: Tensor, other: Operand): Tensor {
  return other instanceof Tensor ? other.div(self) : self.reciprocal().mul(other);
}

/** Python's //: rounds down. Has no derivative, as in PyTorch. */
export const floorDivide: BinaryOp = plainFloorDivide;

/** Refuses bools, for which PyTorch has no kernel, and integer divisors that are 0. */
function integerDivision(kernel: string): (dtype: DType, operands: readonly Operand[]) => void {
  return (dtype, operands) => {
    if (dtype === 'bool') fail('dtype/not-implemented', { kernel, dtype: 'Bool' });
    const [self] = operands;
    if (self instanceof Tensor && self.numel() === 0) return;
    if (!isFloatingPoint(dtype)) refuseZeroDivisor(operands[1]!);
  };
}

function refuseZeroDivisor(divisor: Operand): void {
  if (!(divisor instanceof Tensor)) {
    if (Number(divisor) === 0) fail('op/zero-division', {});
  } else if (canRead(divisor) && divisor.numel() > 0 && divisor.eq(0).any().item() === true) {
    fail('op/zero-division', {});
  }
}

/** Remainder with the sign of the divisor, Python's %. */
export const remainder: BinaryOp = byOther(remainderBy(true), remainderBy(false));

function remainderBy(tensor: boolean): BinaryOp {
  return binary('remainder', {
    node: tensor ? 'RemainderBackward1' : 'RemainderBackward0',
    forward: (a, b) => s.remainder(a, b),
    grads: [{ vjp: (g) => g }, tensor ? quotientGrad('floor') : null],
    unsupported: integerDivision('remainder_cpu'),
  });
}

function quotientGrad(roundingMode: 'floor' | 'trunc'): InputGrad {
  return { in: [0, 1], vjp: (g, c) => g.neg().mul(c.input(0).div(c.operand(1), { roundingMode })) };
}

/** Remainder with the sign of the dividend, C's fmod. */
export const fmod: BinaryOp = byOther(fmodBy(true), fmodBy(false));

function fmodBy(tensor: boolean): BinaryOp {
  return binary('fmod', {
    node: tensor ? 'FmodBackward1' : 'FmodBackward0',
    takes: 'tensor first',
    forward: (a, b) => s.fmod(a, b),
    grads: [{ vjp: (g) => g }, tensor ? quotientGrad('trunc') : null],
    unsupported: integerDivision('fmod_cpu'),
  });
}
