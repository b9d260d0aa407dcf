import { repeatExamples } from '../../autograd/index.ts';
import { type ElementArray, elementArray } from '../../backend/index.ts';
import { currentLevel } from '../../dispatch/index.ts';
import { fail } from '../../errors/index.ts';
import { copyInto, emptyTensor, noGrad, type Tensor } from '../../extend/index.ts';
import * as rng from '../../rng/index.ts';
import { dimsByStride, isDense } from '../../shape/index.ts';
import { type BatchLevel, drawReplayed } from '../../tensor/index.ts';
import { exampleSizes, hideExamples } from './examples.ts';

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
  const level = currentLevel();
  if (level !== null && drawForExamples(self, level, generator, fill)) return;
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

/**
 * What `vmap` asks of random functions: numbers for each example, drawn as for one larger tensor, or the same for all (then the
 * caller goes on). @throws `vmap/randomness`, `vmap/options`
 */
function drawForExamples(
  self: Tensor,
  level: BatchLevel,
  generator: rng.Generator | undefined,
  fill: Fill,
): boolean {
  const { hidden } = self.storage;
  if (level.randomness === 'error') fail('vmap/randomness', {});
  if (level.randomness === 'same') {
    if (hidden === null) return false;
    fail('vmap/options', {
      text: 'vmap: Cannot ask for same inplace randomness on a batched tensor. If this is necessary for your usage, please file an issue with functorch.',
    });
  }
  const like = hidden === null ? repeatExamples(self, [level]) : self;
  const sizes = exampleSizes(like);
  const drawn = emptyTensor(self.backend, self.dtype, [...sizes, ...self.shape]);
  const elements = elementArray(self.dtype, drawn.numel());
  fill(generator ?? rng.defaultGenerator, elements, true);
  if (elements.length > 0) drawn.storage.write(0, elements);
  copyInto(self, hideExamples(drawn, like));
  return true;
}

/** For random functions that draw in ways of their own. @throws `vmap/randomness` */
export function refuseExamples(): void {
  if (currentLevel() !== null) fail('vmap/randomness', {});
}
