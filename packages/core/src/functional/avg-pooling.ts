import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { compute, type GradRecord, s, type Tensor, track } from '../extend/index.ts';
import { Reduction } from '../ops/internal/reduction.ts';
import { poolWindows } from './pool-shapes.ts';
import { overRow } from './pooling.ts';
import type { SizeLike } from './sizes.ts';
import { numberVector } from './tables.ts';
import { foldWindows, viewWindows, type WindowGeometry, withMargins } from './windows.ts';

/** Keyword arguments of average pools. */
export interface AvgPoolOptions {
  /** Distance of windows. Default: the kernel's size. */
  readonly stride?: SizeLike | null | undefined;
  /** Zeros around the input. Default 0. */
  readonly padding?: SizeLike | undefined;
  /** Also a last window that ends outside. Default false. */
  readonly ceilMode?: boolean | undefined;
  /** Counts the padding when dividing. Default true. */
  readonly countIncludePad?: boolean | undefined;
  /** Divides by this instead. */
  readonly divisorOverride?: number | null | undefined;
}

const means = new Reduction(
  'sum',
  (x) => x,
  (total, count) => s.div(total, count),
);

interface AvgAttrs {
  readonly windows: WindowGeometry;
  /** What each sum is divided by: a number, or one for each window. */
  readonly divisor: number | Tensor;
}

const avgRecord = (name: string): GradRecord<AvgAttrs> => ({
  name,
  grads: [
    {
      vjp: (g, c) => {
        const { windows, divisor } = c.attrs;
        const ones = new Array<number>(windows.kernel.length).fill(1);
        const share = g.div(divisor).reshape([...g.shape, ...ones]);
        return foldWindows(share.expand([...g.shape, ...windows.kernel]), windows);
      },
    },
  ],
});

/** The mean over windows under a node name of its own; outside the windows is 0. */
export function averager(name: string): (input: Tensor, attrs: AvgAttrs) => Tensor {
  const record = avgRecord(name);
  return (input, attrs) => {
    const { windows, divisor } = attrs;
    const rank = windows.kernel.length;
    const out = compute(() => {
      const seen = viewWindows(withMargins(input.detach(), windows, 0), windows);
      const axes = windows.kernel.map((_, d) => seen.ndim - rank + d);
      const total = means.run([seen], axes, false, input.dtype, typeof divisor === 'number' ? divisor : 1);
      if (typeof divisor === 'number') return total;
      return isFloatingPoint(input.dtype)
        ? total.div(divisor)
        : total.div(divisor, { roundingMode: 'trunc' });
    });
    return track(record, out, [input], attrs);
  };
}

const pools = [averager('AvgPool2DBackward0'), averager('AvgPool3DBackward0')] as const;

/** How much of each window along one dimension counts: what lies within the padding, or within the input. */
function extents(w: WindowGeometry, d: number, includePad: boolean): number[] {
  const [input, padding] = [w.input[d]!, w.padding[d]!];
  return Array.from({ length: w.output[d]! }, (_, o) => {
    const start = o * w.stride[d]! - padding;
    const end = Math.min(start + w.kernel[d]!, input + padding);
    return includePad ? end - start : Math.min(end, input) - Math.max(start, 0);
  });
}

function divisorOf(input: Tensor, w: WindowGeometry, includePad: boolean): number | Tensor {
  const sizes = w.kernel.map((_, d) => extents(w, d, includePad));
  if (sizes.every((own) => own.every((n) => n === own[0]))) {
    return sizes.reduce((n, own) => n * own[0]!, 1);
  }
  const all = sizes.reduce<number[]>((outer, own) => outer.flatMap((n) => own.map((m) => n * m)), [1]);
  return numberVector(input, all).view(w.output);
}

function avgPool(rank: 2 | 3, input: Tensor, kernelSize: SizeLike, options: AvgPoolOptions): Tensor {
  const { stride, padding = 0, ceilMode = false, countIncludePad = true, divisorOverride } = options;
  if (divisorOverride === 0) fail('op/argument', { text: 'divisor must be not zero' });
  const settings = { kernelSize, stride, padding, dilation: 1, ceilMode };
  const windows = poolWindows(`avg_pool${rank}d`, rank, input, settings);
  const divisor = divisorOverride ?? divisorOf(input, windows, countIncludePad);
  return pools[rank - 2]!(input, { windows, divisor });
}

/** The mean of each window of [N, C, L] or [C, L]. */
export function avgPool1d(input: Tensor, kernelSize: SizeLike, options: AvgPoolOptions = {}): Tensor {
  const { stride, padding = 0, ...rest } = options;
  if (input.ndim !== 2 && input.ndim !== 3) {
    fail('op/argument', {
      text: `Expected 2 to 3 dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for avg_pool1d)`,
    });
  }
  const none = stride == null || (typeof stride !== 'number' && stride.length === 0);
  return avgPool(2, input.unsqueeze(-2), overRow(kernelSize, 1), {
    ...rest,
    stride: none ? null : overRow(stride, 1),
    padding: overRow(padding, 0),
  }).squeeze(-2);
}

/** The mean of each window of [N, C, H, W] or [C, H, W]. */
export function avgPool2d(input: Tensor, kernelSize: SizeLike, options: AvgPoolOptions = {}): Tensor {
  return avgPool(2, input, kernelSize, options);
}

/** The mean of each window of [N, C, D, H, W] or [C, D, H, W]. */
export function avgPool3d(input: Tensor, kernelSize: SizeLike, options: AvgPoolOptions = {}): Tensor {
  return avgPool(3, input, kernelSize, options);
}

/** Keyword arguments of {@link lpPool2d} and {@link lpPool1d}. */
export interface LpPoolOptions {
  readonly stride?: SizeLike | null | undefined;
  readonly ceilMode?: boolean | undefined;
}

function rooted(mean: Tensor, count: number, p: number): Tensor {
  return mean
    .sign()
    .mul(mean.abs().relu())
    .mul(count)
    .pow(1 / p);
}

/** (Σ x^p)^(1/p) over each window of [N, C, L]. */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: number,
  options: LpPoolOptions = {},
): Tensor {
  return rooted(avgPool1d(input.pow(normType), kernelSize, options), kernelSize, normType);
}

/** (Σ x^p)^(1/p) over each window of [N, C, H, W]. */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: SizeLike,
  options: LpPoolOptions = {},
): Tensor {
  const [a, b] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
  return rooted(avgPool2d(input.pow(normType), kernelSize, options), a! * b!, normType);
}
