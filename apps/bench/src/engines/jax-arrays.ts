import * as jax from '@jax-js/jax';
import { fill, inputSpecs } from '../inputs.ts';
import type { Work } from '../work.ts';

const { numpy: np } = jax;
type Tensor = jax.Array;

/** The arrays that some work starts from, without its classes. */
export function arraysOf(work: Work): Tensor[] {
  return inputSpecs(work)
    .filter((spec) => spec.fill !== 'classes')
    .map((spec) => np.array(fill(spec), { shape: [...spec.shape] }));
}

/**
 * Arrays are lazy, and one that is dropped before anyone asked for it is never computed: so each run is asked for. On a
 * GPU asking does not wait.
 */
export function demand(outs: readonly Tensor[]): void | Promise<void> {
  if (outs[0]!.device !== 'webgpu')
    return Promise.all(outs.map((out) => out.blockUntilReady())).then(() => {});
  for (const out of outs) out.ref.gpuBufferSync();
}

/** Waits for an array: reads its first element. */
export async function wait(out: Tensor): Promise<void> {
  await np.ravel(out.ref).slice([0, 1]).data();
}
