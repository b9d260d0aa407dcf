import { isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { noGrad, type Tensor } from '../extend/index.ts';
import { linspace } from '../ops/creation.ts';
import { recomputed } from '../ops/internal/recompute.ts';
import { stack } from '../ops/join.ts';
import { where } from '../ops/where.ts';
import { numelOf } from '../shape/index.ts';
import { hardtanh } from './activation.ts';

/** Keyword arguments of {@link gridSample}. */
export interface GridSampleOptions {
  /** Default `bilinear`, which is trilinear in three dimensions. */
  readonly mode?: 'bilinear' | 'nearest' | 'bicubic' | undefined;
  /** What lies outside: zeros, the border's elements, or a mirror image. Default `zeros`. */
  readonly paddingMode?: 'zeros' | 'border' | 'reflection' | undefined;
  /** -1 and 1 are the centres of the corner elements, not their outer edges. Default false. */
  readonly alignCorners?: boolean | null | undefined;
}

type Settings = Required<{ [K in keyof GridSampleOptions]: NonNullable<GridSampleOptions[K]> }>;

/** From [-1, 1] to places of a row. */
function unnormalize(c: Tensor, size: number, alignCorners: boolean): Tensor {
  return alignCorners
    ? c
        .add(1)
        .div(2)
        .mul(size - 1)
    : c.add(1).mul(size).sub(1).div(2);
}

/** Places outside a row moved inside, as the padding mode says. */
function inside(at: Tensor, size: number, { paddingMode, alignCorners }: Settings): Tensor {
  if (paddingMode === 'zeros') return at;
  const mirrored = paddingMode === 'border' ? at : reflected(at, size, alignCorners);
  return hardtanh(mirrored, 0, size - 1);
}

function reflected(at: Tensor, size: number, alignCorners: boolean): Tensor {
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return at.mul(0);
  const from = at.sub(low).abs();
  const flips = noGrad(() => from.detach().div(span).floor());
  const extra = from.sub(flips.mul(span));
  return where(flips.remainder(2).eq(0), extra, extra.rsub(span)).add(low);
}

/** The input's elements at whole places (one tensor [N, P] for each dimension), 0 outside: [N, C, P]. */
function elementsAt(input: Tensor, places: readonly Tensor[]): Tensor {
  const [batch, channels, ...sizes] = input.shape as [number, number, ...number[]];
  const { index, outside } = noGrad(() => {
    let linear = places[0]!.detach().mul(0);
    let valid = linear.eq(linear);
    places.forEach((place, d) => {
      const own = place.detach();
      linear = linear.mul(sizes[d]!).add(own);
      valid = valid.logicalAnd(own.ge(0)).logicalAnd(own.le(sizes[d]! - 1));
    });
    const out = valid.logicalNot();
    return { index: linear.maskedFill(out, 0).to('int64'), outside: out };
  });
  const points = index.shape[1]!;
  return input
    .reshape([batch, channels, numelOf(sizes)])
    .gather(2, index.unsqueeze(1).expand([batch, channels, points]))
    .maskedFill(outside.unsqueeze(1), 0);
}

/** Σ over corners of the element there times its weight. */
function linearly(input: Tensor, at: readonly Tensor[]): Tensor {
  const low = at.map((x) => noGrad(() => x.detach().floor()));
  const share = at.map((x, d) => x.sub(low[d]!));
  let sum: Tensor | undefined;
  for (let corner = 0; corner < 2 ** at.length; corner++) {
    const high = (d: number): boolean => ((corner >> d) & 1) === 1;
    const places = low.map((x, d) => (high(d) ? x.add(1) : x));
    const weight = share
      .map((x, d) => (high(d) ? x : x.rsub(1)))
      .reduce((a, b) => a.mul(b))
      .unsqueeze(1);
    // A weight of NaN is of no account where there is no element.
    const part = elementsAt(input, places).mul(weight);
    sum = sum === undefined ? part : sum.add(part);
  }
  return sum!;
}

/** Keys' cubic kernel for the first, third and fourth neighbour of a place `t` after the second; with it they sum to 1. */
function cubicWeights(t: Tensor): Tensor[] {
  const a = -0.75;
  const near = (x: Tensor): Tensor =>
    x
      .mul(a + 2)
      .sub(a + 3)
      .mul(x)
      .mul(x)
      .add(1);
  const far = (x: Tensor): Tensor =>
    x
      .mul(a)
      .sub(5 * a)
      .mul(x)
      .add(8 * a)
      .mul(x)
      .sub(4 * a);
  const rest = t.rsub(1);
  return [far(t.add(1)), near(rest), far(rest.add(1))];
}

/** The weighted sum of four neighbours. By differences from the second, so that equal ones have a slope of exactly 0. */
function blended([first, second, ...others]: readonly Tensor[], weights: readonly Tensor[]): Tensor {
  return [first!, ...others].reduce(
    (sum, x, i) => sum.add(x.sub(second!).mul(weights[i]!.unsqueeze(1))),
    second!,
  );
}

function cubically(input: Tensor, at: readonly Tensor[], settings: Settings): Tensor {
  const sizes = input.shape.slice(2);
  const low = at.map((x) => noGrad(() => x.detach().floor()));
  const weights = at.map((x, d) => cubicWeights(x.sub(low[d]!)));
  const placesOf = (d: number, k: number): Tensor =>
    noGrad(() => inside(low[d]!.add(k - 1), sizes[d]!, settings));
  const rows = [0, 1, 2, 3].map((i) => {
    const y = placesOf(0, i);
    return blended(
      [0, 1, 2, 3].map((j) => elementsAt(input, [y, placesOf(1, j)])),
      weights[1]!,
    );
  });
  return blended(rows, weights[0]!);
}

function sample(input: Tensor, grid: Tensor, settings: Settings): Tensor {
  const sizes = input.shape.slice(2);
  const spatial = grid.shape.slice(1, -1);
  const batch = input.shape[0]!;
  const rank = sizes.length;
  const points = grid.reshape([batch, numelOf(spatial), rank]);
  // The grid's last dimension is x, y, z: the input's dimensions from the last.
  const raw = sizes.map((size, d) =>
    unnormalize(points.select(2, rank - 1 - d), size, settings.alignCorners),
  );
  const shape = [batch, input.shape[1]!, ...spatial];
  if (settings.mode === 'bicubic') return cubically(input, raw, settings).reshape(shape);
  const at = raw.map((x, d) => inside(x, sizes[d]!, settings));
  if (settings.mode === 'bilinear') return linearly(input, at).reshape(shape);
  return elementsAt(
    input,
    at.map((x) => noGrad(() => x.detach().round())),
  ).reshape(shape);
}

const samplers = [2, 3].map((rank) =>
  recomputed<Settings>(`GridSampler${rank}DBackward0`, ([input, grid], settings) =>
    sample(input!, grid!, settings),
  ),
);

const list = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;

function checkGrid(input: Tensor, grid: Tensor, mode: string): void {
  const refuse = (text: string): never => fail('op/argument', { text: `grid_sampler(): ${text}` });
  const rank = input.ndim - 2;
  const both = `but got input with sizes ${list(input.shape)} and grid with sizes ${list(grid.shape)}`;
  if (input.shape[0] !== grid.shape[0]) {
    refuse(`expected grid and input to have same batch size, ${both}`);
  }
  if (grid.shape.at(-1) !== rank) {
    refuse(
      `expected grid to have size ${rank} in last dimension, but got grid with sizes ${list(grid.shape)}`,
    );
  }
  for (let d = 2; d < input.ndim; d++) {
    if (input.shape[d] === 0) {
      refuse(
        `expected input to have non-empty spatial dimensions, but input has sizes ${list(input.shape)} with dimension ${d} being empty`,
      );
    }
  }
  if ((input.ndim !== 4 && input.ndim !== 5) || input.ndim !== grid.ndim) {
    refuse(`expected 4D or 5D input and grid with same number of dimensions, ${both}`);
  }
  if (rank === 3 && mode === 'bicubic') refuse('bicubic interpolation only supports 4D input');
}

const defaultWarning =
  'Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.';

/**
 * The input's values at the places that `grid` [N, ..., 2 or 3] says, coordinates from -1 to 1, x first: [N, C, ...].
 */
export function gridSample(input: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const { mode = 'bilinear', paddingMode = 'zeros', alignCorners } = options;
  const refuse = (text: string): never =>
    fail('op/value', { text: `nn.functional.grid_sample(): expected ${text}` });
  if (mode !== 'bilinear' && mode !== 'nearest' && mode !== 'bicubic') {
    refuse(`mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${String(mode)}'`);
  }
  if (paddingMode !== 'zeros' && paddingMode !== 'border' && paddingMode !== 'reflection') {
    refuse(`padding_mode to be 'zeros', 'border', or 'reflection', but got: '${String(paddingMode)}'`);
  }
  if (alignCorners == null) warn(defaultWarning);
  checkGrid(input, grid, mode);
  const settings = { mode, paddingMode, alignCorners: alignCorners ?? false };
  return samplers[input.ndim - 4]!([input, grid], settings);
}

interface GridShape {
  readonly sizes: readonly number[];
  readonly alignCorners: boolean;
}

const affineOp = recomputed<GridShape>('AffineGridGeneratorBackward0', ([theta], { sizes, alignCorners }) => {
  const [batch, , ...spatial] = sizes as [number, number, ...number[]];
  const base = noGrad(() => {
    const ones = theta!.detach().newOnes(spatial);
    const axes = spatial.map((n, d) => {
      const along = spatial.map((_, k) => (k === d ? n : 1));
      return evenly(theta!, n, alignCorners).view(along).expand(spatial);
    });
    return stack([...axes.reverse(), ones], -1).reshape([1, numelOf(spatial), spatial.length + 1]);
  });
  const grid = base.expand([batch, ...base.shape.slice(1)]).bmm(theta!.transpose(1, 2));
  return grid.view([batch, ...spatial, spatial.length]);
});

/** `n` places from -1 to 1: of corner elements' centres, or of elements between outer edges. */
function evenly(like: Tensor, n: number, alignCorners: boolean): Tensor {
  if (n <= 1) return like.detach().newZeros([n]);
  const line = linspace(-1, 1, n, { dtype: like.dtype, device: like.backend });
  return alignCorners ? line : line.mul((n - 1) / n);
}

/** Keyword arguments of {@link affineGrid}. */
export interface AffineGridOptions {
  readonly alignCorners?: boolean | null | undefined;
}

/** The grid for {@link gridSample} that affine maps `theta` [N, 2, 3] or [N, 3, 4] make, for a result of size `size`. */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  { alignCorners }: AffineGridOptions = {},
): Tensor {
  if (alignCorners == null) warn(defaultWarning);
  const shown = list(size);
  if (!isFloatingPoint(theta.dtype)) {
    fail('op/value', {
      text: `Expected theta to have floating point type, but got torch.${theta.dtype}`,
    });
  }
  if (size.length !== 4 && size.length !== 5) {
    fail('op/not-implemented', {
      text: `affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${shown}.`,
    });
  }
  const rank = size.length - 2;
  if (theta.ndim !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1) {
    fail('op/value', {
      text: `Expected a batch of ${rank}D affine matrices of shape Nx${rank}x${rank + 1} for size ${shown}. Got torch.Size(${list(theta.shape)}).`,
    });
  }
  if (Math.min(...size) <= 0) {
    fail('op/value', { text: `Expected non-zero, positive output size. Got ${shown}` });
  }
  return affineOp([theta], { sizes: size, alignCorners: alignCorners ?? false });
}
