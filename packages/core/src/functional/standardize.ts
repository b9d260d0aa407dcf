import { keepsHistory } from '../autograd/index.ts';
import type { DType } from '../dtype/index.ts';
import { type Expr, type GradRecord, noGrad, pointwise, s, type Tensor, trackAll } from '../extend/index.ts';
import { Reduction } from '../ops/internal/reduction.ts';
import { RowProgram, type RowSpec, type RowTerms } from '../ops/internal/row-program.ts';
import type { Shape } from '../shape/index.ts';

/** How a normalization sees its input: over which dimensions it takes means, and what its weights multiply. */
export interface Geometry {
  /** The input's shape while it is normalized. */
  readonly shape: Shape;
  /** The dimensions that a mean and a variance are taken over. */
  readonly axes: readonly number[];
  /** Weight and bias in a shape that broadcasts to `shape`. */
  readonly affine: Shape;
  readonly eps: number;
  /** True when mean and variance are given, not taken from the input. */
  readonly fixed: boolean;
}

/** What normalizations return: the result, and the mean and 1 / √(variance + eps) that were used. */
export type Normalized = readonly [out: Tensor, mean: Tensor, rstd: Tensor];

const variances = new Reduction(
  'sum',
  (x, mean) => s.square(s.sub(x, mean!)),
  (total, count) => s.div(total, count),
);
const apply = pointwise('normalize', {
  forward: (x, mean, rstd, weight, bias) => s.add(s.mul(s.mul(s.sub(x, mean!), rstd!), weight!), bias!),
});

/** Inputs: x, then weight and bias where they are there. Scalars: how many elements, eps. Saves mean and 1 / √(variance + eps). */
const normalizeRows = variants((weighted, biased) => ({
  stages: [
    { combine: 'sum', pre: ({ x }) => x[0]!, post: (total, [count]) => s.div(total, count!), save: true },
    {
      combine: 'sum',
      pre: ({ x, found }) => s.square(s.sub(x[0]!, found[0]!)),
      post: (total, [count, eps]) => s.div(1, s.sqrt(s.add(s.div(total, count!), eps!))),
      save: true,
    },
  ],
  element: ({ x, found }) => {
    const normal = s.mul(s.sub(x[0]!, found[0]!), found[1]!);
    const scaled = weighted ? s.mul(normal, x[1]!) : normal;
    return biased ? s.add(scaled, x.at(-1)!) : scaled;
  },
}));

/** Inputs: gradient, x, mean, 1 / √(variance + eps), then weight where it is there. Scalar: how many elements. */
const inputGradRows = variants((weighted) => {
  const scaled = ({ x }: RowTerms): Expr => (weighted ? s.mul(x[0]!, x[4]!) : x[0]!);
  const normal = ({ x }: RowTerms): Expr => s.mul(s.sub(x[1]!, x[2]!), x[3]!);
  const post = (total: Expr, [count]: readonly Expr[]): Expr => s.div(total, count!);
  return {
    stages: [
      { combine: 'sum', pre: scaled, post },
      { combine: 'sum', pre: (terms) => s.mul(scaled(terms), normal(terms)), post },
    ],
    element: (terms) => {
      const along = s.add(terms.found[0]!, s.mul(normal(terms), terms.found[1]!));
      return s.mul(terms.x[3]!, s.sub(scaled(terms), along));
    },
  };
});

/** A program for each of with and without weight and bias. */
function variants(
  spec: (weighted: boolean, biased: boolean) => RowSpec,
): (weighted: boolean, biased: boolean) => RowProgram {
  const made = [0, 1, 2, 3].map((i) => new RowProgram(spec((i & 1) !== 0, (i & 2) !== 0)));
  return (weighted, biased) => made[(weighted ? 1 : 0) + (biased ? 2 : 0)]!;
}

const weightGrad = new Reduction('sum', (g, x, mean, rstd) => s.mul(g, s.mul(s.sub(x!, mean!), rstd!)));

/** Statistics of 16-bit numbers are kept in float32. */
const statDtype = (dtype: DType): DType => (dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype);

const countOf = ({ shape, axes }: Geometry): number => axes.reduce((n, d) => n * shape[d]!, 1);

/** The mean and 1 / √(variance + eps) over the geometry's axes, kept as dimensions of size 1. */
export function statistics(x: Tensor, geometry: Geometry): { mean: Tensor; variance: Tensor } {
  const dtype = statDtype(x.dtype);
  const axes = [...geometry.axes];
  const mean = x.mean(axes, { keepdim: true, dtype });
  return { mean, variance: variances.run([x, mean], axes, true, dtype, countOf(geometry)) };
}

interface StandardizeAttrs {
  readonly geometry: Geometry;
  readonly inputShape: Shape;
}

type Saved = ReturnType<typeof savedParts>;

/** What backward works with. Under `createGraph` the statistics are computed again, as functions of the input. */
function savedParts(c: Parameters<InputVjp>[1]): {
  x: Tensor;
  weight: Tensor | undefined;
  mean: Tensor;
  rstd: Tensor;
} {
  const { geometry } = c.attrs;
  const x = c.input(0).reshape(geometry.shape);
  const weight = c.attrs.weighted ? c.input(1).reshape(geometry.affine) : undefined;
  if (!keepsHistory() || geometry.fixed) {
    return { x, weight, mean: c.output(1).detach(), rstd: c.output(2).detach() };
  }
  const axes = [...geometry.axes];
  const mean = x.mean(axes, { keepdim: true });
  const variance = x.sub(mean).square().mean(axes, { keepdim: true });
  return { x, weight, mean, rstd: variance.add(geometry.eps).rsqrt() };
}

function gradOfInput(g: Tensor, { x, weight, mean, rstd }: Saved, geometry: Geometry): Tensor {
  const scaled = weight === undefined ? g : g.mul(weight);
  if (geometry.fixed) return scaled.mul(rstd);
  const axes = [...geometry.axes];
  if (keepsHistory()) {
    const centred = x.sub(mean).mul(rstd);
    const product = scaled.mul(centred).mean(axes, { keepdim: true });
    return scaled
      .sub(scaled.mean(axes, { keepdim: true }))
      .sub(centred.mul(product))
      .mul(rstd);
  }
  const inputs = [g, x, mean, rstd, ...(weight === undefined ? [] : [weight])];
  return inputGradRows(weight !== undefined, false).run(inputs, axes, [countOf(geometry)]).out;
}

function gradOfWeight(g: Tensor, { x, mean, rstd }: Saved, { affine }: Geometry): Tensor {
  const axes = affine.flatMap((n, d) => (n === 1 ? [d] : []));
  if (keepsHistory()) return sumOver(g.mul(x.sub(mean).mul(rstd)), axes);
  return weightGrad.run([g, x, mean, rstd], axes, true, statDtype(x.dtype)).to(x.dtype);
}

const sumOver = (x: Tensor, axes: number[]): Tensor =>
  axes.length === 0 ? x : x.sum(axes, { keepdim: true });

const makeRecord = (name: string, weighted: boolean): GradRecord<RecordAttrs> => ({
  name,
  saves: { in: weighted ? [0, 1] : [0], out: [1, 2] },
  backward: ([grad], c) => {
    const { geometry, inputShape, affineShape } = c.attrs;
    const g = (grad ?? c.grad(0)).reshape(geometry.shape);
    const saved = savedParts(c);
    const sumAxes = geometry.affine.flatMap((n, d) => (n === 1 ? [d] : []));
    return [
      c.needs(0) ? gradOfInput(g, saved, geometry).reshape(inputShape) : null,
      c.needs(1) ? gradOfWeight(g, saved, geometry).reshape(affineShape) : null,
      c.needs(2) ? sumOver(g, sumAxes).reshape(affineShape) : null,
    ];
  },
});

interface RecordAttrs extends StandardizeAttrs {
  readonly weighted: boolean;
  readonly affineShape: Shape;
}

type InputVjp = Extract<GradRecord<RecordAttrs>, { backward: unknown }>['backward'];

/** A normalization under PyTorch's node name: (x - mean) / √(variance + eps) · weight + bias. */
export function standardizer(
  name: string,
): (
  input: Tensor,
  weight: Tensor | null | undefined,
  bias: Tensor | null | undefined,
  geometry: Geometry,
  given?: { readonly mean: Tensor; readonly variance: Tensor },
) => Normalized {
  const records = [makeRecord(name, false), makeRecord(name, true)] as const;
  return (input, weight, bias, geometry, given) => {
    const outs = noGrad((): Normalized => {
      const x = input.detach().reshape(geometry.shape);
      const w = weight?.detach().reshape(geometry.affine);
      const b = bias?.detach().reshape(geometry.affine);
      if (given === undefined) {
        const inputs = [x, w, b].filter((one) => one !== undefined);
        const rows = normalizeRows(w !== undefined, b !== undefined);
        const { out, saved } = rows.run(inputs, geometry.axes, [countOf(geometry), geometry.eps]);
        return [out.view(input.shape).detach(), saved[0]!, saved[1]!];
      }
      const { mean, variance } = given;
      const rstd = variance.detach().add(geometry.eps).rsqrt();
      const out = apply.call([x, mean, rstd, w ?? 1, b ?? 0], undefined).to(input.dtype);
      return [out.reshape(input.shape).detach(), mean.detach(), rstd];
    });
    const affineShape = weight?.shape ?? bias?.shape ?? [];
    const attrs = { geometry, inputShape: input.shape, weighted: weight != null, affineShape };
    const [out, mean, rstd] = trackAll(records[weight == null ? 0 : 1], outs, [input, weight, bias], attrs);
    return [out, mean.detach(), rstd.detach()];
  };
}
