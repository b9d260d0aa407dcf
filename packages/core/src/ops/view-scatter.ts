import { fail } from '../errors/index.ts';
import { freshCopy, type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import { type Shape, type Strides, sameShape } from '../shape/index.ts';
import { tensorSplit } from './split.ts';

/** Which part of a tensor is replaced: a function to a view of it. */
interface Region {
  readonly name: string;
  readonly view: (x: Tensor) => Tensor;
}

const records = new Map<string, GradRecord<Region>>();

/** The record of one of these operations, by PyTorch's node name. */
function recordOf(name: string): GradRecord<Region> {
  let record = records.get(name);
  if (record === undefined) {
    record = {
      name,
      grads: [
        {
          vjp: (g, { attrs }) => {
            const whole = g.contiguous();
            return replaced(whole, whole.newZeros(attrs.view(whole.detach()).shape), attrs);
          },
        },
        { vjp: (g, { attrs }) => attrs.view(g.contiguous()) },
      ],
    };
    records.set(name, record);
  }
  return record;
}

/** A copy of `self` with a region replaced by `src`. */
function replaced(self: Tensor, src: Tensor, region: Region): Tensor {
  const out = noGrad(() => {
    const copy = freshCopy(self.detach()).contiguous();
    const part = region.view(copy);
    if (!sameShape(part.shape, src.shape)) {
      fail('op/argument', {
        text: `expected src to have a size equal to the slice of self. src size = [${src.shape.join(', ')}], slice size = [${part.shape.join(', ')}]`,
      });
    }
    part.copy_(src.detach());
    return copy.detach();
  });
  return track(recordOf(region.name), out, [self, src], region);
}

/** `self` with slice number `index` along `dim` replaced by `src`. */
export function selectScatter(self: Tensor, src: Tensor, dim: number, index: number): Tensor {
  return replaced(self, src, { name: 'SelectScatterBackward0', view: (x) => x.select(dim, index) });
}

/** `self` with every `step`-th element along `dim` from `start` up to `end` replaced by `src`. */
export function sliceScatter(
  self: Tensor,
  src: Tensor,
  dim = 0,
  start?: number | null,
  end?: number | null,
  step = 1,
): Tensor {
  return replaced(self, src, {
    name: 'SliceScatterBackward0',
    view: (x) => x.slice(dim, start ?? undefined, end ?? undefined, step),
  });
}

/** `self` with a diagonal replaced by `src`. */
export function diagonalScatter(self: Tensor, src: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  return replaced(self, src, {
    name: 'DiagonalScatterBackward0',
    view: (x) => x.diagonal(offset, dim1, dim2),
  });
}

/** A copy of `self` in row-major order with a strided part replaced by `src`. */
export function asStridedScatter(
  self: Tensor,
  src: Tensor,
  size: Shape,
  stride: Strides,
  storageOffset: number | null = 0,
): Tensor {
  return replaced(self, src, {
    name: 'AsStridedScatterBackward0',
    view: (x) => x.asStrided(size, stride, storageOffset ?? 0),
  });
}

/** A copy of `narrow`. */
export function narrowCopy(self: Tensor, dim: number, start: number, length: number): Tensor {
  return self.narrow(dim, start, length).clone();
}

function splitAlong(
  name: string,
  least: number,
  dim: number,
  self: Tensor,
  at: number | readonly number[],
): Tensor[] {
  if (typeof at !== 'number' && !Array.isArray(at)) fail('op/combination', { op: name, values: [self, at] });
  if (self.ndim < least) {
    fail('op/argument', {
      text: `torch.${name} requires a tensor with at least ${least} dimension, but got a tensor with ${self.ndim} dimensions!`,
    });
  }
  const size = self.shape[dim]!;
  if (typeof at === 'number' && (at <= 0 || size % at !== 0)) {
    fail('op/argument', {
      text: `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${size} is not divisible by the split_size ${at}!`,
    });
  }
  return tensorSplit(self, at, dim);
}

/** Equal pieces side by side, or cut at positions: along the second dimension, or the only one. */
export function hsplit(self: Tensor, indicesOrSections: number | readonly number[]): Tensor[] {
  return splitAlong('hsplit', 1, self.ndim === 1 ? 0 : 1, self, indicesOrSections);
}

/** Equal pieces one below the other, or cut at positions: along the first dimension. */
export function vsplit(self: Tensor, indicesOrSections: number | readonly number[]): Tensor[] {
  return splitAlong('vsplit', 2, 0, self, indicesOrSections);
}

/** Equal pieces one behind the other, or cut at positions: along the third dimension. */
export function dsplit(self: Tensor, indicesOrSections: number | readonly number[]): Tensor[] {
  return splitAlong('dsplit', 3, 2, self, indicesOrSections);
}
