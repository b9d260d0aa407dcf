import { getDefaultDtype, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { Tensor } from '../extend/index.ts';
import { normalizeAxes, normalizeAxis } from '../shape/index.ts';
import { cat } from './join.ts';

/** Keyword arguments of {@link trapezoid}. */
export interface TrapezoidOptions {
  /** The distance of neighbours, where no places are given. Default 1. */
  readonly dx?: number;
  /** Along which dimension. Default the last. */
  readonly dim?: number;
}

/** Distances of neighbouring places along `axis`, shaped to go with `y`. */
function distances(name: string, y: Tensor, x: Tensor, axis: number): Tensor {
  if (x.ndim === 0) fail('op/argument', { text: `${name}: received scalar \`x\`` });
  const padded =
    x.ndim === 1
      ? x.view(y.shape.map((_, d) => (d === axis ? -1 : 1)))
      : x.view([...new Array<number>(Math.max(y.ndim - x.ndim, 0)).fill(1), ...x.shape]);
  if (x.ndim === 1 && x.shape[0] !== y.shape[axis]) {
    fail('op/argument', { text: `${name}: There must be one \`x\` value for each sample point` });
  }
  const n = padded.shape[axis]!;
  return padded.narrow(axis, 1, Math.max(n - 1, 0)).sub(padded.narrow(axis, 0, Math.max(n - 1, 0)));
}

/** Sums of neighbours along `axis`. */
function pairs(y: Tensor, axis: number): Tensor {
  const n = y.shape[axis]!;
  return y.narrow(axis, 1, n - 1).add(y.narrow(axis, 0, n - 1));
}

function axisOf(y: Tensor, dim: number): number {
  if (y.ndim === 0) {
    fail('op/index', { text: `Dimension specified as ${dim} but tensor has no dimensions` });
  }
  return normalizeAxis(dim, y.ndim);
}

/** The integral along a dimension by the trapezoidal rule, between places `x` or `dx` apart. */
export function trapezoid(y: Tensor, x?: Tensor | null, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor {
  const axis = axisOf(y, dim);
  if (y.shape[axis] === 0) return y.newZeros(y.shape.filter((_, d) => d !== axis));
  if (x != null) return distances('trapezoid', y, x, axis).mul(pairs(y, axis)).sum(axis).div(2);
  const ends = y.select(axis, 0).add(y.select(axis, -1));
  return y.sum(axis).sub(ends.mul(0.5)).mul(dx);
}

export const trapz: typeof trapezoid = trapezoid;

/** Running integrals along a dimension by the trapezoidal rule. */
export function cumulativeTrapezoid(
  y: Tensor,
  x?: Tensor | null,
  { dx = 1, dim = -1 }: TrapezoidOptions = {},
): Tensor {
  if (y.ndim === 0) fail('op/index', { text: 'slice() cannot be applied to a 0-dim tensor.' });
  const axis = normalizeAxis(dim, y.ndim);
  if (y.shape[axis] === 0) return y.clone();
  if (x != null) {
    return distances('cumulative_trapezoid', y, x, axis).mul(pairs(y, axis)).cumsum(axis).div(2);
  }
  const sums = pairs(y, axis);
  // Half a distance makes integers floating, also where JavaScript cannot tell it from a whole number.
  const wide = isFloatingPoint(y.dtype) ? sums : sums.to(getDefaultDtype());
  return wide.mul(dx / 2).cumsum(axis);
}

/** Keyword arguments of {@link gradient}. */
export interface GradientOptions {
  /** The distance of neighbours, one for each dimension, or their places. Default 1. */
  readonly spacing?: number | readonly (number | Tensor)[] | null;
  /** The dimensions. Default all. */
  readonly dim?: number | readonly number[] | null;
  /** How exact the first and last derivative are: 1 or 2. */
  readonly edgeOrder?: 1 | 2;
}

/** Derivatives along each dimension from differences of neighbours. */
export function gradient(self: Tensor, options: GradientOptions = {}): Tensor[] {
  const { spacing, dim, edgeOrder = 1 } = options;
  const axes =
    dim == null
      ? self.shape.map((_, d) => d)
      : [dim].flat().map((d) => normalizeAxis(d as number, self.ndim));
  if (dim != null) normalizeAxes(axes, self.ndim);
  checkGradient(self, axes, options);
  return axes.map((axis, i) => {
    const given = typeof spacing === 'number' || spacing == null ? (spacing ?? 1) : spacing[i]!;
    return given instanceof Tensor
      ? placed(self, axis, given, edgeOrder)
      : even(self, axis, given, edgeOrder);
  });
}

function checkGradient(
  self: Tensor,
  axes: readonly number[],
  { spacing, dim, edgeOrder = 1 }: GradientOptions,
): void {
  const complain = (text: string): never => fail('op/argument', { text: `torch.gradient ${text}` });
  if (edgeOrder !== 1 && edgeOrder !== 2) complain('only supports edge_order=1 and edge_order=2.');
  if (Array.isArray(spacing) && spacing.length !== axes.length) {
    complain(
      dim == null
        ? `expected spacing to be unspecified, a scalar or a list of length ${axes.length} but got a list of length ${spacing.length}`
        : `expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${spacing.length} and a dim argument of length ${axes.length}.`,
    );
  }
  for (const axis of axes) {
    if (self.shape[axis]! < edgeOrder + 1) {
      complain('expected each dimension size to be at least edge_order+1');
    }
  }
}

type At = (i: number) => Tensor;

/** Element `i` along the axis, that dimension kept; negative from the end. */
const picker =
  (x: Tensor, axis: number): At =>
  (i) =>
    x.narrow(axis, i < 0 ? x.shape[axis]! + i : i, 1);

function even(f: Tensor, axis: number, step: number, edgeOrder: 1 | 2): Tensor {
  const n = f.shape[axis]!;
  const at = picker(f, axis);
  const centre = f
    .narrow(axis, 2, n - 2)
    .sub(f.narrow(axis, 0, n - 2))
    .div(2 * step);
  if (edgeOrder === 1) {
    return cat([at(1).sub(at(0)).div(step), centre, at(-1).sub(at(-2)).div(step)], axis);
  }
  const first = at(0).mul(-1.5).add(at(1).mul(2)).sub(at(2).mul(0.5)).div(step);
  const last = at(-3).mul(0.5).sub(at(-2).mul(2)).add(at(-1).mul(1.5)).div(step);
  return cat([first, centre, last], axis);
}

/** Weighted so that parabolas through three neighbours are differentiated exactly. */
function placed(f: Tensor, axis: number, places: Tensor, edgeOrder: 1 | 2): Tensor {
  const n = f.shape[axis]!;
  const steps = places.diff().view(f.shape.map((_, d) => (d === axis ? -1 : 1)));
  const at = picker(f, axis);
  const h = picker(steps, axis);
  const [before, after] = [steps.narrow(axis, 0, n - 2), steps.narrow(axis, 1, n - 2)];
  const span = before.add(after);
  const centre = after
    .neg()
    .div(before.mul(span))
    .mul(f.narrow(axis, 0, n - 2))
    .add(
      after
        .sub(before)
        .div(before.mul(after))
        .mul(f.narrow(axis, 1, n - 2)),
    )
    .add(before.div(after.mul(span)).mul(f.narrow(axis, 2, n - 2)));
  if (edgeOrder === 1) {
    return cat([at(1).sub(at(0)).div(h(0)), centre, at(-1).sub(at(-2)).div(h(-1))], axis);
  }
  const first = edge([at(0), at(1), at(2)], h(0), h(1)).neg();
  const last = edge([at(-1), at(-2), at(-3)], h(-1), h(-2));
  return cat([first, centre, last], axis);
}

/** The one-sided derivative at the first of three points, pointing away from the others; `a` and `b` are their distances. */
function edge([f0, f1, f2]: readonly [Tensor, Tensor, Tensor], a: Tensor, b: Tensor): Tensor {
  const sum = a.add(b);
  return f0
    .mul(a.mul(2).add(b).div(a.mul(sum)))
    .sub(f1.mul(sum.div(a.mul(b))))
    .add(f2.mul(a.div(b.mul(sum))));
}
