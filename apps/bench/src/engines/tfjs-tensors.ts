import * as tf from '@tensorflow/tfjs-core';
import { fill, inputSpecs } from '../inputs.ts';
import type { Work } from '../work.ts';

/** The tensors that some work starts from, without its classes. */
export function tensorsOf(work: Work): tf.Tensor[] {
  return inputSpecs(work)
    .filter((spec) => spec.fill !== 'classes')
    .map((spec) => tf.tensor(fill(spec), [...spec.shape]));
}

/** Waits for a tensor: reads its first element. */
export async function wait(t: tf.Tensor): Promise<void> {
  const first = tf.tidy(() => tf.slice(tf.reshape(t, [-1]), [0], [1]));
  await first.data();
  first.dispose();
}
