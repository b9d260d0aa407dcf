import { keepsHistory } from '../../autograd/index.ts';
import { launchReduce } from '../../dispatch/index.ts';
import { type DType, dtypeInfo, dtypes } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import { type Expr, emptyTensor, type Tensor } from '../../extend/index.ts';
import { type Combine, type ReduceKernel, reduceKernel } from '../../kernel/index.ts';
import { cast, load, param } from '../../scalar/index.ts';
import { type Axis, contiguousStrides, normalizeAxes, reducedShape, type Shape } from '../../shape/index.ts';
import { aliasTensor } from '../../tensor/index.ts';

/** Which dimensions a reduction removes: one, several, or all of them. */
export type Dims = number | readonly number[] | null;

/** Keyword arguments of reductions; a boolean stands for `keepdim`, as in PyTorch's positional form. */
export interface ReduceOptions {
  /** Leaves the reduced dimensions with size 1. Default false. */
  readonly keepdim?: boolean | undefined;
  /** Converts the elements first. */
  readonly dtype?: DType | undefined;
}

/** `keepdim` alone or options. */
export type KeepdimOr<O extends ReduceOptions> = boolean | O | undefined;

/** Options however they were given. */
export function reduceOptions<O extends ReduceOptions>(options: KeepdimOr<O>): O | ReduceOptions {
  return typeof options === 'boolean' ? { keepdim: options } : (options ?? {});
}

/** Reductions of one kind, their kernels made once per pair of dtypes. */
export class Reduction {
  private readonly kernels = new Map<number, ReduceKernel>();
  private readonly combine: Combine;
  private readonly pre: (x: Expr, ...more: Expr[]) => Expr;
  private readonly post: ((combined: Expr, scalar: Expr) => Expr) | undefined;

  constructor(
    combine: Combine,
    pre: (x: Expr, ...more: Expr[]) => Expr = (x) => x,
    post?: (combined: Expr, scalar: Expr) => Expr,
  ) {
    this.combine = combine;
    this.pre = pre;
    this.post = post;
  }

  /** Reduces `axes` of the inputs, computing in `dtype`; the result has dtype `output`. Outside the graph. */
  run(
    inputs: readonly Tensor[],
    axes: readonly number[],
    keepdim: boolean,
    dtype: DType,
    scalar?: number,
    output: DType = dtype,
  ): Tensor {
    const [self] = inputs as [Tensor, ...Tensor[]];
    const kernel = this.kernel(inputs, dtype, output);
    const out = emptyTensor(self.backend, output, reducedShape(self.shape, axes, false));
    launchReduce(kernel, out, inputs, axes, scalar === undefined ? [] : [scalar]);
    if (!keepdim) return out;
    const kept = reducedShape(self.shape, axes, true);
    return aliasTensor(out, kept, contiguousStrides(kept));
  }

  private kernel(inputs: readonly Tensor[], dtype: DType, output: DType): ReduceKernel {
    let key = dtypeInfo[dtype].id * dtypes.length + dtypeInfo[output].id;
    for (const input of inputs) key = key * dtypes.length + dtypeInfo[input.dtype].id;
    const known = this.kernels.get(key);
    if (known !== undefined) return known;
    const [first, ...rest] = inputs.map((input, i) => cast(load(i, input.dtype), dtype));
    const pre = this.pre(first!, ...rest);
    const { post } = this;
    const kernel = reduceKernel(this.combine, pre, output, (combined) =>
      post === undefined ? combined : post(combined, param(0, combined.dtype)),
    );
    this.kernels.set(key, kernel);
    return kernel;
  }
}

/** What a gradient needs to grow back to the input's shape. */
export interface ReduceAttrs {
  readonly shape: Shape;
  readonly axes: readonly number[];
  readonly count: number;
}

export function attrsOf(self: Tensor, axes: readonly number[]): ReduceAttrs {
  let count = 1;
  for (const axis of axes) count *= self.shape[axis]!;
  return { shape: self.shape, axes, count };
}

/** A reduced tensor with its removed dimensions back as size 1. */
export function restoreDims(out: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return out.reshape(reducedShape(shape, axes, true));
}

export function growBack(grad: Tensor, attrs: ReduceAttrs): Tensor {
  // Nothing is recorded: one alias does for two views.
  if (!keepsHistory()) return stretched(grad, attrs);
  return restoreDims(grad, attrs.shape, attrs.axes).expand(attrs.shape);
}

/** The reduced tensor repeated along the removed dimensions, by strides of 0. */
function stretched(grad: Tensor, { shape, axes }: ReduceAttrs): Tensor {
  const strides = new Array<number>(shape.length).fill(0);
  const keepdim = grad.ndim === shape.length;
  let from = 0;
  let next = 0;
  for (let d = 0; d < shape.length; d++) {
    if (axes[next] === d) {
      next++;
      if (keepdim) from++;
    } else strides[d] = grad.strides[from++]!;
  }
  return aliasTensor(grad, shape, strides);
}

export function axesOf(self: Tensor, dim: Dims | undefined): readonly Axis[] {
  return normalizeAxes(dim ?? undefined, self.ndim);
}

export function requireElements(
  op: string,
  self: Tensor,
  axes: readonly number[],
  dim: Dims | undefined,
  shown: readonly number[] = axes,
): void {
  if (self.numel() > 0) return;
  if (dim == null || axes.length === self.ndim) {
    if (dim == null || self.ndim === 0) fail('op/empty-reduction', { op });
  }
  for (const d of shown) if (self.shape.at(d) === 0) fail('op/empty-reduction-dim', { op, dim: d });
}
