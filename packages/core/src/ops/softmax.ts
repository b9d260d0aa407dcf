import { keepsHistory } from '../autograd/index.ts';
import { type DType, dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Expr, type GradRecord, noGrad, s, type Tensor, track } from '../extend/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import { RowProgram, type RowTerms } from './internal/row-program.ts';

/** Keyword arguments of {@link softmax} and its kin. */
export interface SoftmaxOptions {
  /** Converts the elements first. */
  readonly dtype?: DType | undefined;
}

interface SoftmaxAttrs {
  readonly axis: number;
}

/** e^(x - max) along the row: what is summed, and what is divided. */
const shiftedExp = ({ x, found }: RowTerms): Expr => s.exp(s.sub(x[0]!, found[0]!));
const greatest = { combine: 'max', pre: ({ x }: RowTerms) => x[0]! } as const;

const softmaxRows = new RowProgram({
  stages: [greatest, { combine: 'sum', pre: shiftedExp }],
  element: (terms) => s.div(shiftedExp(terms), terms.found[1]!),
});
const logSoftmaxRows = new RowProgram({
  stages: [greatest, { combine: 'sum', pre: shiftedExp, post: (total) => s.log(total) }],
  element: ({ x, found }) => s.sub(s.sub(x[0]!, found[0]!), found[1]!),
});
/** Inputs: gradient, softmax. */
const softmaxGradRows = new RowProgram({
  stages: [{ combine: 'sum', pre: ({ x }) => s.mul(x[0]!, x[1]!) }],
  element: ({ x, found }) => s.mul(x[1]!, s.sub(x[0]!, found[0]!)),
});
/** Inputs: gradient, logarithm of softmax. */
const logSoftmaxGradRows = new RowProgram({
  stages: [{ combine: 'sum', pre: ({ x }) => x[0]! }],
  element: ({ x, found }) => s.sub(x[0]!, s.mul(s.exp(x[1]!), found[0]!)),
});

const axesOf = (x: Tensor, axis: number): readonly number[] => (x.ndim === 0 ? [] : [axis]);

const softmaxRecord: GradRecord<SoftmaxAttrs> = {
  name: 'SoftmaxBackward0',
  grads: [
    {
      out: [0],
      vjp: (g, c) => {
        const out = c.output();
        const { axis } = c.attrs;
        if (!keepsHistory() && out.numel() > 0) return softmaxGradRows.run([g, out], axesOf(out, axis)).out;
        const weighted = g.mul(out);
        return weighted.sub(out.mul(weighted.sum(axis, { keepdim: true })));
      },
    },
  ],
};

const logSoftmaxRecord: GradRecord<SoftmaxAttrs> = {
  name: 'LogSoftmaxBackward0',
  grads: [
    {
      out: [0],
      vjp: (g, c) => {
        const out = c.output();
        const { axis } = c.attrs;
        if (!keepsHistory() && out.numel() > 0)
          return logSoftmaxGradRows.run([g, out], axesOf(out, axis)).out;
        return g.sub(out.exp().mul(g.sum(axis, { keepdim: true })));
      },
    },
  ],
};

function floating(self: Tensor, dtype: DType | undefined, kernel: string): Tensor {
  const x = dtype === undefined ? self : self.to(dtype);
  if (!isFloatingPoint(x.dtype) && x.numel() > 0) {
    fail('dtype/not-implemented', { kernel, dtype: dtypeInfo[x.dtype].title });
  }
  return x;
}

function alongRows(
  rows: RowProgram,
  record: GradRecord<SoftmaxAttrs>,
  kernel: string,
  self: Tensor,
  dim: number,
  dtype: DType | undefined,
): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  const isLast = axis === Math.max(self.ndim, 1) - 1;
  const x = floating(self, dtype, isLast ? kernel : 'softmax_kernel_impl');
  const out = x.numel() === 0 ? noGrad(() => x.clone()) : rows.run([x], axesOf(x, axis)).out;
  return track(record, out, [x], { axis });
}

/** e^x along `dim`, divided by its sum there. */
export function softmax(self: Tensor, dim: number, { dtype }: SoftmaxOptions = {}): Tensor {
  return alongRows(softmaxRows, softmaxRecord, 'softmax_lastdim_kernel_impl', self, dim, dtype);
}

/** log of {@link softmax}, without losing small probabilities. */
export function logSoftmax(self: Tensor, dim: number, { dtype }: SoftmaxOptions = {}): Tensor {
  return alongRows(logSoftmaxRows, logSoftmaxRecord, 'log_softmax_lastdim_kernel_impl', self, dim, dtype);
}
