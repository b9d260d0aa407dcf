import { noGrad } from '../autograd/index.ts';
import { runInScope, type Storage, Tensor } from '../tensor/index.ts';

/** Runs `work` outside the graph; the memory of everything that it makes but its result is given back at once. */
export function compute<R extends Tensor | readonly Tensor[]>(work: () => R): R {
  return noGrad(() => runInScope(work, storagesOf));
}

function storagesOf(result: Tensor | readonly Tensor[]): Storage[] {
  return (result instanceof Tensor ? [result] : result).map(({ storage }) => storage);
}
