import { type ElementArray, elementArray } from '../../backend/index.ts';
import { copyInto, emptyTensor, noGrad, type Tensor } from '../../extend/index.ts';
import * as rng from '../../rng/index.ts';
import { dimsByStride, isDense } from '../../shape/index.ts';
import { drawReplayed } from '../../tensor/index.ts';

/** Where random numbers come from; the default generator unless given. */
export interface RandomOptions {
  readonly generator?: rng.Generator | undefined;
}

/** What `draw` takes from a generator; the same again where a function is run again after a read. */
export function drawOnce<T>(generator: rng.Generator | undefined, draw: (generator: rng.Generator) => T): T {
  const source = generator ?? rng.defaultGenerator;
  return drawReplayed(source, source.epoch, () => draw(source));
}

export type Fill = (generator: rng.Generator, out: ElementArray, contiguous: boolean) => void;

/** Draws for every element in memory order and writes them; outside the graph. */
export function drawInto(self: Tensor, generator: rng.Generator | undefined, fill: Fill): void {
  const numel = self.numel();
  const elements = drawOnce(generator, (source) => {
    const drawn = elementArray(self.dtype, numel);
    fill(source, drawn, self.isContiguous());
    return drawn;
  });
  if (numel === 0) return;
  if (isDense(self.shape, self.strides)) {
    self.storage.write(self.offset, elements);
    return;
  }
  const order = dimsByStride(self.shape, self.strides);
  const drawn = emptyTensor(
    self.backend,
    self.dtype,
    order.map((d) => self.shape[d]!),
  );
  drawn.storage.write(0, elements);
  const back = order.map((_, d) => order.indexOf(d));
  copyInto(
    self,
    noGrad(() => drawn.permute(back)),
  );
}
