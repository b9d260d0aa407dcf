import type { GradRecord } from '../autograd/index.ts';
import { type DType, dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { noGrad, pointwise, s, type Tensor, track } from '../extend/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import { Reduction } from './internal/reduction.ts';

/** Keyword arguments of {@link softmax} and its kin. */
export interface SoftmaxOptions {
  /** Converts the elements first. */
  readonly dtype?: DType | undefined;
}

interface SoftmaxAttrs {
  readonly axis: number;
}

const sumExps = new Reduction('sum', (x, m) => s.exp(s.sub(x, m!)));
const logSumExps = new Reduction(
  'sum',
  (x, m) => s.exp(s.sub(x, m!)),
  (total) => s.log(total),
);
const normalizeExp = pointwise('softmax', {
  forward: (x, m, total) => s.div(s.exp(s.sub(x, m)), total),
});
const normalizeLog = pointwise('log_softmax', {
  forward: (x, m, logTotal) => s.sub(s.sub(x, m), logTotal),
});

const softmaxRecord: GradRecord<SoftmaxAttrs> = {
  name: 'SoftmaxBackward0',
  grads: [
    {
      out: [0],
      vjp: (g, c) => {
        const out = c.output();
        const weighted = g.mul(out);
        return weighted.sub(out.mul(weighted.sum(c.attrs.axis, { keepdim: true })));
      },
    },
  ],
};

const logSoftmaxRecord: GradRecord<SoftmaxAttrs> = {
  name: 'LogSoftmaxBackward0',
  grads: [
    {
      out: [0],
      vjp: (g, c) =>
        g.sub(
          c
            .output()
            .exp()
            .mul(g.sum(c.attrs.axis, { keepdim: true })),
        ),
    },
  ],
};

function floating(self: Tensor, dtype: DType | undefined, kernel: string): Tensor {
  const x = dtype === undefined ? self : self.to(dtype);
  if (!isFloatingPoint(x.dtype)) {
    fail('dtype/not-implemented', { kernel, dtype: dtypeInfo[x.dtype].title });
  }
  return x;
}

/** e^x along `dim`, divided by its sum there. */
export function softmax(self: Tensor, dim: number, { dtype }: SoftmaxOptions = {}): Tensor {
  const x = floating(self, dtype, 'softmax_lastdim_kernel_impl');
  const axis = normalizeAxis(dim, x.ndim);
  const out = noGrad(() => {
    const own = x.detach();
    if (own.numel() === 0) return own.clone();
    const axes = x.ndim === 0 ? [] : [axis];
    const m = own.amax(axes.length === 0 ? undefined : axes, { keepdim: true });
    return normalizeExp.call([own, m, sumExps.run([own, m], axes, true, own.dtype)], undefined);
  });
  return track(softmaxRecord, out, [x], { axis });
}

/** log of {@link softmax}, without losing small probabilities. */
export function logSoftmax(self: Tensor, dim: number, { dtype }: SoftmaxOptions = {}): Tensor {
  const x = floating(self, dtype, 'log_softmax_lastdim_kernel_impl');
  const axis = normalizeAxis(dim, x.ndim);
  const out = noGrad(() => {
    const own = x.detach();
    if (own.numel() === 0) return own.clone();
    const axes = x.ndim === 0 ? [] : [axis];
    const m = own.amax(axes.length === 0 ? undefined : axes, { keepdim: true });
    return normalizeLog.call([own, m, logSumExps.run([own, m], axes, true, own.dtype)], undefined);
  });
  return track(logSoftmaxRecord, out, [x], { axis });
}
