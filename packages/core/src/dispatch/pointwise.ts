import {
  checkInplace,
  connect,
  type GradRecord,
  isTracked,
  type Operand,
  rebaseHistory,
  track,
} from '../autograd/index.ts';
import {
  checkedScalar,
  type DType,
  dtypeInfo,
  dtypes,
  getDefaultDtype,
  isFloatingPoint,
  resultType,
  type Scalar,
} from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  cast,
  type Expr,
  type Literal,
  load,
  param,
  type ScalarKernel,
  scalarKernel,
} from '../scalar/index.ts';
import {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  elementwiseStrides,
  type Shape,
  sameShape,
} from '../shape/index.ts';
import { countChange, emptyTensor, type Tensor } from '../tensor/index.ts';
import { freshCopy } from './copy.ts';
import { checkCast, checkOverlap, checkPartialOverlap, checkShape, overlapsPartially } from './inplace.ts';
import { launchFlat, launchMap } from './launch.ts';
import { checkOperands, type Takes } from './operands.ts';

/**
 * Where a pointwise operation computes and what it gives.
 *
 * - `same`: computes and gives the promoted dtype
 * - `float`: as `same`, but integers and bools become the default dtype
 * - `bool`: computes in the promoted dtype and gives bool
 */
export type Promotion = 'same' | 'float' | 'bool';

/** An elementwise operation: one scalar expression, with its gradients beside it. */
export interface PointwiseSpec<A = undefined> {
  /** PyTorch's name, for error texts. */
  readonly name: string;
  readonly promotion?: Promotion;
  /** Which operand, if any, is a bool condition that takes no part in promotion. */
  readonly condition?: number;
  /** Where numbers may stand for tensors. */
  readonly takes?: Takes;
  /** The scalar expression; arguments arrive in the computing dtype, `attrs` scalars after the operands. */
  readonly forward: (...operands: Expr[]) => Expr;
  /** Absent for operations that have no derivative because their result is not continuous. */
  readonly gradient?: GradRecord<A>;
  /** Throws for dtypes that PyTorch refuses; `dtype` is the promoted one. */
  readonly check?: (dtype: DType, operands: readonly Operand[]) => void;
  /** Throws for what PyTorch refuses when it runs: after shapes and casts. */
  readonly unsupported?: (dtype: DType, operands: readonly Operand[]) => void;
  /** True where the result is row-major whatever the operands' memory is. */
  readonly rowMajor?: boolean;
}

const SCALAR = dtypes.length;
const noScalars: readonly Literal[] = [];

/** A pointwise operation ready to run: its kernels are made once per combination of dtypes. */
export class Pointwise<A = undefined> {
  readonly spec: PointwiseSpec<A>;
  private readonly kernels = new Map<number, ScalarKernel>();
  /** The floating dtype that all operands had last time, and its kernel: what loops meet again and again. */
  private hotDtype: DType | null = null;
  private hotKernel: ScalarKernel | undefined;
  /** The same for a tensor with a scalar at its right. */
  private hotScalarDtype: DType | null = null;
  private hotScalarKernel: ScalarKernel | undefined;

  constructor(spec: PointwiseSpec<A>) {
    this.spec = spec;
  }

  /** {@link call} of one tensor. */
  call1(self: Tensor, attrs: A): Tensor {
    if (self.dtype !== this.hotDtype || !self.isContiguous()) return this.call([self], attrs);
    return this.finish(launchFlat(this.hotKernel!, self, [self], noScalars), [self], attrs);
  }

  /** {@link call} of a tensor and a tensor or scalar. */
  call2(self: Tensor, other: Operand, attrs: A): Tensor {
    if (typeof other === 'object') {
      const alike =
        self.dtype === this.hotDtype &&
        other.dtype === self.dtype &&
        sameShape(self.shape, other.shape) &&
        self.isContiguous() &&
        other.isContiguous() &&
        self.storage.backend === other.storage.backend;
      if (!alike) return this.call([self, other], attrs);
      const inputs = [self, other];
      return this.finish(launchFlat(this.hotKernel!, self, inputs, noScalars), inputs, attrs);
    }
    if (self.dtype !== this.hotScalarDtype || typeof other !== 'number' || !self.isContiguous()) {
      return this.call([self, other], attrs);
    }
    const scalar = self.dtype === 'float64' ? other : Math.fround(other);
    return this.finish(launchFlat(this.hotScalarKernel!, self, [self], [scalar]), [self, other], attrs);
  }

  private finish(out: Tensor, operands: readonly Operand[], attrs: A): Tensor {
    const { gradient } = this.spec;
    return gradient === undefined ? out : track(gradient, out, operands, attrs);
  }

  /** Remembers the kernel of a call that is likely to come again. */
  private warm(operands: readonly Operand[], dtype: DType, kernel: ScalarKernel): void {
    if (!isFloatingPoint(dtype)) return;
    const [first, second] = operands;
    if (typeof first !== 'object' || first.dtype !== dtype) return;
    if (operands.every((x) => typeof x === 'object' && x.dtype === dtype)) {
      this.hotDtype = dtype;
      this.hotKernel = kernel;
    } else if (operands.length === 2 && typeof second === 'number') {
      this.hotScalarDtype = dtype;
      this.hotScalarKernel = kernel;
    }
  }

  /** The result in fresh memory. `constants` are launch scalars that the expression takes after the operands. */
  call(operands: readonly Operand[], attrs: A, constants: readonly number[] = []): Tensor {
    checkOperands(this.spec.name, operands, this.spec.takes);
    const dtype = this.computeDtype(operands);
    const inputs = operands.filter(isTensor);
    if (this.spec.unsupported !== undefined) {
      shapeOf(inputs);
      this.spec.unsupported(promotedDtype(operands), operands);
    }
    const kernel = this.kernel(operands, dtype, constants.length);
    const out = emptyResult(inputs, kernel.output, this.spec.rowMajor);
    launchMap(kernel, out, inputs, launchScalars(operands, dtype, constants));
    if (constants.length === 0) this.warm(operands, dtype, kernel);
    return this.finish(out, operands, attrs);
  }

  /** The result written over the first operand. */
  callInPlace(operands: readonly Operand[], attrs: A, constants: readonly number[] = []): Tensor {
    const self = operands[0] as Tensor;
    const { gradient } = this.spec;
    const tracked = gradient !== undefined && isTracked(operands) && isFloatingPoint(self.dtype);
    checkInplace(self, tracked);
    const dtype = this.computeDtype(operands);
    let inputs = operands.filter(isTensor);
    checkOverlap(self);
    for (const input of inputs) checkPartialOverlap(self, input);
    checkShape(self, shapeOf(inputs));
    checkCast(this.spec.promotion === 'bool' ? 'bool' : dtype, self.dtype);
    this.spec.unsupported?.(promotedDtype(operands), operands);
    const kernel = this.kernel(operands, dtype, constants.length, self.dtype);
    const node = tracked ? connect(gradient, operands, attrs) : undefined;
    if (node !== undefined) {
      const saved = [...operands];
      if (readsSelf(gradient!, node.nextNodes)) saved[0] = self.clone();
      node.saveInputs(saved);
    }
    inputs = inputs.map((input) => (overlapsPartially(self, input) ? freshCopy(input) : input));
    launchMap(kernel, self, inputs, launchScalars(operands, dtype, constants));
    countChange(self);
    if (node === undefined) return self;
    node.describe(0, self);
    node.saveOutputs([self]);
    rebaseHistory(self, node);
    return self;
  }

  private computeDtype(operands: readonly Operand[]): DType {
    const { promotion, condition, check } = this.spec;
    const dtype = promotedDtype(
      condition === undefined ? operands : operands.filter((_, i) => i !== condition),
    );
    if (check !== undefined) check(dtype, operands);
    return promotion === 'float' && !isFloatingPoint(dtype) ? getDefaultDtype() : dtype;
  }

  private kernel(operands: readonly Operand[], dtype: DType, constants: number, into?: DType): ScalarKernel {
    let key = dtypeInfo[dtype].id + (into === undefined ? 0 : 11 * (dtypeInfo[into].id + 1));
    for (const operand of operands)
      key = key * 11 + (isTensor(operand) ? dtypeInfo[operand.dtype].id : SCALAR);
    // The table grows with the combinations of dtypes in use, never with shapes.
    const known = this.kernels.get(key);
    if (known !== undefined) return known;
    const kernel = this.makeKernel(operands, dtype, constants, into);
    this.kernels.set(key, kernel);
    return kernel;
  }

  private makeKernel(
    operands: readonly Operand[],
    dtype: DType,
    constants: number,
    into: DType | undefined,
  ): ScalarKernel {
    const { promotion, condition, forward } = this.spec;
    let inputs = 0;
    let params = 0;
    const args = operands.map((operand, i) => {
      const target = i === condition ? 'bool' : dtype;
      return isTensor(operand) ? cast(load(inputs++, operand.dtype), target) : param(params++, target);
    });
    for (let i = 0; i < constants; i++) args.push(param(params++, dtype));
    const body = forward(...args);
    return scalarKernel(body, into ?? (promotion === 'bool' ? 'bool' : dtype));
  }
}

function isTensor(operand: Operand): operand is Tensor {
  return typeof operand === 'object';
}

function promotedDtype(operands: readonly Operand[]): DType {
  const first = operands[0]!;
  if (typeof first === 'object') {
    let same = true;
    for (let i = 1; i < operands.length; i++) {
      const other = operands[i]!;
      same &&= typeof other === 'object' ? other.dtype === first.dtype : isFloatingPoint(first.dtype);
    }
    if (same) return first.dtype;
  }
  return resultType(...operands);
}

function shapeOf(inputs: readonly Tensor[]): Shape {
  let { shape } = inputs[0]!;
  for (let i = 1; i < inputs.length; i++) {
    const input = inputs[i]!;
    if (input.storage.backend !== inputs[0]!.storage.backend && input.ndim > 0) {
      fail('backend/mixed', { a: inputs[0]!.device, b: input.device });
    }
    shape = broadcastShapes(shape, input.shape);
  }
  return shape;
}

/** Memory for an elementwise result, laid out as PyTorch lays it out. */
function emptyResult(inputs: readonly Tensor[], dtype: DType, rowMajor = false): Tensor {
  const shape = shapeOf(inputs);
  let contiguous = true;
  if (!rowMajor) for (const input of inputs) contiguous &&= input.isContiguous();
  const strides = contiguous
    ? contiguousStrides(shape)
    : elementwiseStrides(
        shape,
        inputs.map((input) => broadcastStrides(input.shape, input.strides, shape)),
      );
  return emptyTensor(inputs[0]!.backend, dtype, shape, strides);
}

function launchScalars(
  operands: readonly Operand[],
  dtype: DType,
  constants: readonly number[],
): readonly Literal[] {
  const scalars: Literal[] = [];
  for (const operand of operands) if (typeof operand !== 'object') scalars.push(scalarFor(operand, dtype));
  for (const constant of constants) scalars.push(scalarFor(constant, dtype));
  return scalars;
}

/** A scalar in the form its parameter's dtype has in JavaScript. */
export function scalarFor(value: Scalar, dtype: DType): Literal {
  switch (dtype) {
    case 'int64':
      return typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(checkedScalar(value, dtype))));
    // Others wrap around, as they do when they are stored.
    case 'uint8':
      return Number(value) & 0xff;
    case 'int8':
      return (Number(value) << 24) >> 24;
    case 'int16':
      return (Number(value) << 16) >> 16;
    case 'int32':
      return Number(value) | 0;
    case 'bool':
      return Number(value) !== 0;
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return Math.fround(Number(value));
    default:
      return Number(value);
  }
}

function readsSelf<A>(gradient: GradRecord<A>, wanted: readonly unknown[]): boolean {
  if (!('grads' in gradient)) return gradient.saves?.in === 'all' || gradient.saves?.in?.includes(0) === true;
  return gradient.grads.some((formula, i) => wanted[i] != null && formula?.in?.includes(0) === true);
}
