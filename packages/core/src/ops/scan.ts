import type { GradRecord } from '../autograd/index.ts';
import { kernelOf } from '../dispatch/index.ts';
import { type DType, dtypeInfo, finfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, noGrad, type Tensor, track } from '../extend/index.ts';
import { planAlongAxis, type ScanCombine } from '../kernel/index.ts';
import { normalizeAxis, type Shape } from '../shape/index.ts';
import { isReadNow } from './internal/examples.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import { pickAlong, type ValuesAndIndices } from './internal/selecting.ts';
import { where } from './where.ts';

/** Keyword arguments of running sums and products. */
export interface ScanOptions {
  /** Converts the elements first; integers give int64 otherwise. */
  readonly dtype?: DType | undefined;
}

function scan(combine: ScanCombine, self: Tensor, axis: number, output: DType): Tensor {
  const out = emptyTensor(self.backend, output, self.shape);
  if (out.numel() === 0) return out;
  const plan = planAlongAxis(self.shape, axis, [out.strides, self.strides]);
  kernelOf(self.backend, 'scan')(combine, plan, out, self);
  return out;
}

interface ScanAttrs {
  readonly axis: number;
}

const cumsumRecord: GradRecord<ScanAttrs> = {
  name: 'CumsumBackward0',
  grads: [{ vjp: (g, c) => reverseCumsum(g, c.attrs.axis) }],
};

function reverseCumsum(g: Tensor, axis: number): Tensor {
  return g.ndim === 0 ? g : g.flip([axis]).cumsum(axis).flip([axis]);
}

function accumulating(op: string, self: Tensor, dtype: DType | undefined): Tensor {
  if (dtype === 'bool') fail('dtype/not-implemented', { kernel: `${op}_out_cpu`, dtype: 'Bool' });
  return self.to(dtype ?? (isFloatingPoint(self.dtype) ? self.dtype : 'int64'));
}

function cumsumFn(self: Tensor, dim: number, { dtype }: ScanOptions = {}): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  const x = accumulating('cumsum', self, dtype);
  return track(cumsumRecord, scan('sum', x, axis, x.dtype), [x], { axis });
}

/** Running sums along `dim`. */
export const cumsum: WithInPlace<typeof cumsumFn> = withInPlace(cumsumFn);

const cumprodRecord: GradRecord<ScanAttrs> = {
  name: 'CumprodBackward0',
  grads: [{ in: [0], out: [0], vjp: (g, c) => cumprodGrad(g, c.input(0), c.output(), c.attrs.axis) }],
};

function cumprodGrad(g: Tensor, self: Tensor, out: Tensor, axis: number): Tensor {
  if (self.ndim === 0) return g;
  if (isReadNow(self) && self.ne(0).all().item() === true) {
    return reverseCumsum(g.mul(out), axis).div(self);
  }
  // Row k: the running product with element k taken as 1; it counts from position k on.
  const x = self.movedim(axis, -1);
  const n = x.shape[x.ndim - 1]!;
  const ones = x.newOnes([n, n], { dtype: 'bool' });
  const own = ones.triu().logicalAnd(ones.tril());
  const others = x
    .unsqueeze(-2)
    .expand([...x.shape.slice(0, -1), n, n])
    .maskedFill(own, 1)
    .cumprod(-1);
  const counted = others.maskedFill(ones.tril(-1), 0).mul(g.movedim(axis, -1).unsqueeze(-2));
  return counted.sum(-1).movedim(-1, axis);
}

function cumprodFn(self: Tensor, dim: number, { dtype }: ScanOptions = {}): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  const x = accumulating('cumprod', self, dtype);
  return track(cumprodRecord, scan('prod', x, axis, x.dtype), [x], { axis });
}

/** Running products along `dim`. */
export const cumprod: WithInPlace<typeof cumprodFn> = withInPlace(cumprodFn);

const logcumsumexpRecord: GradRecord<ScanAttrs> = {
  name: 'LogcumsumexpBackward0',
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const { axis } = c.attrs;
        const self = c.input(0);
        const out = c.output();
        // Finite, so that its gradient is 0 and not NaN.
        const lowest = finfo(g.dtype).min;
        const positive = reverseLogCumsumExp(where(g.gt(0), g.abs().log(), lowest).sub(out), axis);
        const negative = reverseLogCumsumExp(where(g.lt(0), g.abs().log(), lowest).sub(out), axis);
        return positive.add(self).exp().sub(negative.add(self).exp());
      },
    },
  ],
};

function reverseLogCumsumExp(x: Tensor, axis: number): Tensor {
  return x.ndim === 0 ? x : x.flip([axis]).logcumsumexp(axis).flip([axis]);
}

/** Running log Σ e^x along `dim`. */
export function logcumsumexp(self: Tensor, dim: number): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  if (!isFloatingPoint(self.dtype)) {
    fail('dtype/not-implemented', { kernel: 'logcumsumexp_out_cpu', dtype: dtypeInfo[self.dtype].title });
  }
  return track(logcumsumexpRecord, scan('logaddexp', self, axis, self.dtype), [self], { axis });
}

interface RunningAttrs {
  readonly shape: Shape;
  readonly axis: number;
}

const running = (name: string): GradRecord<RunningAttrs> => ({
  name,
  saves: { out: [1] },
  backward: ([grad], c) => {
    const g = grad ?? c.grad(0);
    if (c.attrs.shape.length === 0) return [g];
    return [g.newZeros(c.attrs.shape).scatterAdd(c.attrs.axis, c.output(1), g)];
  },
});
const cummaxRecord = running('CummaxBackward0');
const cumminRecord = running('CumminBackward0');

function extremeScan(
  combine: 'argmax' | 'argmin',
  record: GradRecord<RunningAttrs>,
  self: Tensor,
  dim: number,
): ValuesAndIndices {
  const axis = normalizeAxis(dim, self.ndim);
  const index = noGrad(() => scan(combine, self.detach(), axis, 'int64'));
  return pickAlong(record as never, self, axis, index, true);
}

/** Running maxima along `dim` with their indices, the last of equal ones. */
export function cummax(self: Tensor, dim: number): ValuesAndIndices {
  return extremeScan('argmax', cummaxRecord, self, dim);
}

/** Running minima along `dim` with their indices, the last of equal ones. */
export function cummin(self: Tensor, dim: number): ValuesAndIndices {
  return extremeScan('argmin', cumminRecord, self, dim);
}
