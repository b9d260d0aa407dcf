import { dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type GradRecord, noGrad, s, type Tensor, track } from '../extend/index.ts';
import { cast } from '../scalar/index.ts';
import { reducedShape } from '../shape/index.ts';
import { isReadNow } from './internal/examples.ts';
import {
  attrsOf,
  axesOf,
  type Dims,
  growBack,
  type KeepdimOr,
  type ReduceAttrs,
  type ReduceOptions,
  Reduction,
  reduceOptions,
  restoreDims,
} from './internal/reduction.ts';

const sums = new Reduction('sum');
const means = new Reduction(
  'sum',
  (x) => x,
  (total, count) => s.div(total, count),
);
const products = new Reduction('prod');

const sumRecord = (name: string): GradRecord<ReduceAttrs> => ({
  name,
  grads: [{ vjp: (g, c) => growBack(g, c.attrs) }],
});
const sumAll = sumRecord('SumBackward0');
const sumDims = sumRecord('SumBackward1');

/** The sum over `dim`. Integers and bools give int64. */
export function sum(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false, dtype } = reduceOptions(options);
  const out = dtype ?? (isFloatingPoint(self.dtype) ? self.dtype : 'int64');
  const axes = axesOf(self, dim);
  const result = sums.run([self], axes, keepdim, out);
  return track(dim == null ? sumAll : sumDims, result, [self], attrsOf(self, axes));
}

/** The sum over `dim` in which NaN counts as 0. */
export function nansum(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  if (!isFloatingPoint(self.dtype)) return self.sum(dim, options);
  const out = noGrad(() => self.detach().maskedFill(self.isnan(), 0).sum(dim, options));
  return track(nansumRecord, out, [self], attrsOf(self, axesOf(self, dim)));
}

const nansumRecord: GradRecord<ReduceAttrs> = {
  name: 'NansumBackward0',
  grads: [{ in: [0], vjp: (g, c) => growBack(g, c.attrs).mul(c.input(0).isnan().logicalNot()) }],
};

const meanRecord = (name: string): GradRecord<ReduceAttrs> => ({
  name,
  grads: [{ vjp: (g, c) => growBack(g.div(c.attrs.count), c.attrs) }],
});
const meanAll = meanRecord('MeanBackward0');
const meanDims = meanRecord('MeanBackward1');

/** The mean over `dim`, of a floating tensor. */
export function mean(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false, dtype: given } = reduceOptions(options);
  const dtype = given ?? self.dtype;
  if (!isFloatingPoint(dtype)) {
    fail('dtype/mean', { op: 'mean', dtype: dtypeInfo[dtype].title, given: given !== undefined });
  }
  const axes = axesOf(self, dim);
  const attrs = attrsOf(self, axes);
  const result = means.run([self], axes, keepdim, dtype, attrs.count);
  return track(dim == null ? meanAll : meanDims, result, [self], attrs);
}

/** The mean over `dim` of what is not NaN. */
export function nanmean(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  if (!isFloatingPoint(self.dtype)) {
    const text = `nanmean(): expected input to have floating point dtype but got ${dtypeInfo[self.dtype].title}`;
    fail('dtype/float-only', { text });
  }
  const { keepdim = false } = reduceOptions(options);
  const count = self.isnan().logicalNot().sum(dim, { keepdim });
  return self.nansum(dim, options).div(count);
}

const prodRecord = (name: string): GradRecord<ReduceAttrs> => ({
  name,
  grads: [{ in: [0], out: [0], vjp: (g, c) => prodGrad(g, c.input(0), c.output(), c.attrs) }],
});
const prodAll = prodRecord('ProdBackward0');
const prodDim = prodRecord('ProdBackward1');

function prodGrad(g: Tensor, self: Tensor, out: Tensor, attrs: ReduceAttrs): Tensor {
  if (isReadNow(self) && self.ne(0).all().item() === true) {
    return growBack(g.mul(out), attrs).div(self);
  }
  return growBack(g, attrs).mul(productOfOthers(self, attrs.axes));
}

/** For each element the product of the others along the axes: exact where elements are 0. */
function productOfOthers(self: Tensor, axes: readonly number[]): Tensor {
  if (self.ndim === 0) return self.onesLike();
  const whole = axes.length === self.ndim;
  const axis = whole ? 0 : axes[0]!;
  const along = (whole ? self.flatten() : self).movedim(axis, -1);
  const n = along.shape[along.ndim - 1]!;
  const own = along
    .newOnes([n, n], { dtype: 'bool' })
    .triu()
    .logicalAnd(along.newOnes([n, n], { dtype: 'bool' }).tril());
  const others = along
    .unsqueeze(-2)
    .expand([...along.shape.slice(0, -1), n, n])
    .maskedFill(own, 1)
    .prod(-1);
  const back = others.movedim(-1, axis);
  return whole ? back.view(self.shape) : back;
}

/** The product over one dimension or over all. Integers and bools give int64. */
export function prod(self: Tensor, dim?: number | null, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false, dtype } = reduceOptions(options);
  const out = dtype ?? (isFloatingPoint(self.dtype) ? self.dtype : 'int64');
  const axes = axesOf(self, dim);
  const result = products.run([self], axes, keepdim, out);
  return track(dim == null ? prodAll : prodDim, result, [self], attrsOf(self, axes));
}

const anyTrue = new Reduction('max', (x) => cast(x, 'bool'));
const allTrue = new Reduction('min', (x) => cast(x, 'bool'));

function truth(
  reduction: Reduction,
  self: Tensor,
  dim: Dims | undefined,
  options: KeepdimOr<ReduceOptions>,
): Tensor {
  const { keepdim = false } = reduceOptions(options);
  const output = self.dtype === 'uint8' ? 'uint8' : 'bool';
  return reduction.run([self], axesOf(self, dim), keepdim, self.dtype, undefined, output);
}

/** True where any element over `dim` is not 0. */
export function any(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  return truth(anyTrue, self, dim, options);
}

/** True where all elements over `dim` are not 0. */
export function all(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  return truth(allTrue, self, dim, options);
}

/** How many elements over `dim` are not 0. */
export function countNonzero(self: Tensor, dim?: Dims): Tensor {
  return self.ne(0).sum(dim);
}

const logsumexpRecord: GradRecord<ReduceAttrs> = {
  name: 'LogsumexpBackward0',
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const { shape, axes } = c.attrs;
        return restoreDims(g, shape, axes).mul(
          c
            .input(0)
            .sub(restoreDims(c.output(), shape, axes))
            .exp(),
        );
      },
    },
  ],
};

const sumExps = new Reduction('sum', (x, m) => s.exp(s.sub(x, m!)));

/** log Σ e^x over `dim`, without overflow. */
export function logsumexp(self: Tensor, dim: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false } = reduceOptions(options);
  const axes = axesOf(self, dim);
  const out = noGrad(() => {
    const x = isFloatingPoint(self.dtype) ? self.detach() : self.to('float32');
    if (x.numel() === 0) return x.exp().sum(dim, { keepdim }).log();
    const m = x.amax([...axes], { keepdim: true });
    const finite = m.maskedFill(m.isinf(), 0);
    const total = sumExps.run([x, finite], axes, true, x.dtype).log().add(finite);
    return keepdim ? total : total.view(reducedShape(self.shape, axes, false)).detach();
  });
  return track(logsumexpRecord, out, [self], attrsOf(self, axes));
}
