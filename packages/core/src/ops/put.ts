import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { canRead, freshCopy, type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import { broadcastShapes, type Shape, sameShape } from '../shape/index.ts';
import { scatterInto } from './internal/indexed.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import { where } from './where.ts';

/** Keyword arguments of {@link put}. */
export interface PutOptions {
  /** Adds instead of replacing. Default false. */
  readonly accumulate?: boolean;
}

interface PutAttrs {
  readonly accumulate: boolean;
  readonly shape: Shape;
}

const putRecord: GradRecord<PutAttrs> = {
  name: 'PutBackward0',
  grads: [
    {
      in: [1],
      vjp: (g, c) => (c.attrs.accumulate ? g : put(g, c.input(1), g.newZeros(c.attrs.shape))),
    },
    null,
    { in: [1], vjp: (g, c) => g.take(c.input(1)).reshape(c.attrs.shape) },
  ],
};

function putFn(self: Tensor, index: Tensor, source: Tensor, { accumulate = false }: PutOptions = {}): Tensor {
  checkPut(self, index, source);
  const out = noGrad(() => {
    const flat = freshCopy(self.detach().reshape(-1));
    const places = index.detach().reshape(-1);
    const values = source.detach().reshape(-1);
    const refuse = (bad: number, size: number): never =>
      fail('op/index', {
        text: `out of range: tried to access index ${bad} on a tensor of ${size} elements.`,
      });
    scatterInto(accumulate ? 'add' : 'set', flat, 0, places, values, refuse, { wrap: true });
    return flat.view(self.shape).detach();
  });
  return track(putRecord, out, [self, index, source], { accumulate, shape: source.shape });
}

function checkPut(self: Tensor, index: Tensor, source: Tensor): void {
  if (index.dtype !== 'int64') {
    fail('op/argument', { text: `put_(): Expected a long tensor for index, but got ${title(index)}` });
  }
  if (self.dtype !== source.dtype) {
    fail('op/argument', {
      text: `put_(): self and source expected to have the same dtype, but got self.dtype = ${title(self)} and source.dtype = ${title(source)}`,
    });
  }
  if (index.numel() !== source.numel()) {
    fail('op/index', {
      text: `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.numel()}, index.numel() = ${index.numel()}`,
    });
  }
}

function title({ dtype }: Tensor): string {
  return dtypeInfo[dtype].title;
}

/** `self` with the elements of `source` at positions of the flattened tensor; of several writers the last one wins. */
export const put: WithInPlace<typeof putFn> = withInPlace(putFn);

const maskedScatterRecord: GradRecord<Shape> = {
  name: 'MaskedScatterBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.maskedFill(c.input(1), 0) },
    null,
    {
      in: [1],
      vjp: (g, c) => {
        const shape = c.attrs;
        const mask = c.input(1).expand(g.shape);
        const taken = where(mask, g, 0).reshape(-1);
        const count = shape.reduce((n, size) => n * size, 1);
        if (count === 0) return g.newZeros(shape);
        return g.newZeros([count]).indexAdd(0, placesOf(mask, count), taken).view(shape);
      },
    },
  ],
};

/** For each true element of the mask the number of true ones before it; anything in range for the others. */
function placesOf(mask: Tensor, count: number): Tensor {
  return noGrad(() =>
    mask
      .detach()
      .reshape(-1)
      .to('int64')
      .cumsum(0)
      .sub(1)
      .clamp(0, count - 1),
  );
}

function maskedScatterFn(self: Tensor, mask: Tensor, source: Tensor): Tensor {
  if (self.dtype !== source.dtype) {
    fail('op/argument', {
      text: `masked_scatter: expected self and source to have same dtypes but got${title(self)} and ${title(source)}`,
    });
  }
  const shape = broadcastShapes(self.shape, mask.shape);
  const wide = sameShape(self.shape, shape) ? self : self.expand(shape);
  const flags = mask.to('bool');
  if (canRead(flags)) {
    if (Number(flags.expand(shape).sum().item()) > source.numel()) {
      fail('op/argument', { text: 'Number of elements of source < number of ones in mask' });
    }
  }
  const out = noGrad(() => {
    const own = wide.detach();
    if (source.numel() === 0) return own.clone();
    const places = placesOf(flags.expand(shape), source.numel());
    const values = source.detach().reshape(-1).indexSelect(0, places).view(shape);
    return where(flags, values, own);
  });
  return track(maskedScatterRecord, out, [wide, flags, source], source.shape);
}

/** `self` with the elements of `source`, one after the other, where the mask is true. */
export const maskedScatter: WithInPlace<typeof maskedScatterFn> = withInPlace(maskedScatterFn);
