import type { Work } from './work.ts';

/** How far two results of the same work may be apart, as a part of the largest number in them. */
export function toleranceOf(work: Work): number {
  if (work.op === 'mlp' || work.op === 'cnn') return 1e-3;
  return 2e-5;
}

/** What is wrong with a result; undefined where it agrees with the reference. */
export function disagreement(work: Work, result: Float32Array, reference: Float32Array): string | undefined {
  if (result.length !== reference.length) return `${result.length} numbers instead of ${reference.length}`;
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < reference.length; i++) {
    const difference = Math.abs(result[i]! - reference[i]!);
    if (Number.isNaN(difference)) return `${result[i]} instead of ${reference[i]} at ${i}`;
    largest = Math.max(largest, Math.abs(reference[i]!));
    apart = Math.max(apart, difference);
  }
  const error = apart / (largest || 1);
  return error <= toleranceOf(work) ? undefined : `off by ${error.toPrecision(2)} of the largest number`;
}
