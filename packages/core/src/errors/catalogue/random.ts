import { runtimeError } from './define.ts';

/** Mistakes in the arguments of random functions. `text` is PyTorch's own for the call. */
export const random = {
  'random/argument': runtimeError((d: { text: string }) => d.text),
  'random/state-size': runtimeError(
    (d: { size: number }) =>
      `Expected either a CPUGeneratorImplStateLegacy of size 5048 or a CPUGeneratorImplState of size 5056 but found the input RNG state size to be ${d.size}`,
  ),
};
