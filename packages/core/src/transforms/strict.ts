import { grad } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** Keyword arguments of the transforms. */
export interface TransformOptions {
  /** Makes the results part of the graph, so that they can be differentiated. Default false. */
  readonly createGraph?: boolean;
  /** Throws where an output does not depend on an input, instead of giving zeros. Default false. */
  readonly strict?: boolean;
}

/** Gradients of those outputs that have any; null for inputs that no output depends on. */
export function gradOf(
  outputs: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
  gradOutputs: readonly Tensor[] | undefined,
  options: { readonly createGraph?: boolean; readonly retainGraph?: boolean },
): readonly (Tensor | null)[] {
  const wanted = outputs.map((x, i) => [x, gradOutputs?.[i] ?? null] as const);
  const chosen = wanted.filter(
    (pair): pair is readonly [Tensor, Tensor | null] => pair[0]?.requiresGrad === true,
  );
  if (chosen.length === 0) return inputs.map(() => null);
  return grad(
    chosen.map(([x]) => x),
    inputs,
    { gradOutputs: chosen.map(([, g]) => g), allowUnused: true, ...options },
  );
}

/** What was computed when a strict transform found something independent of the inputs. */
export type Stage = 'back' | 'backTrick' | 'doubleBack' | 'doubleBackTrick';

/**
 * Zeros in the place of missing gradients.
 * @throws `autograd/strict` with `strict`, also for gradients that cannot be differentiated though `createGraph` asks for it
 */
export function filled(
  grads: readonly (Tensor | null)[],
  like: readonly Tensor[],
  stage: Stage,
  { createGraph = false, strict = false }: TransformOptions,
): readonly Tensor[] {
  return grads.map((g, index) => {
    if (g === null) {
      if (strict) fail('autograd/strict', { why: stage, index });
      return like[index]!.detach().zerosLike();
    }
    if (strict && createGraph && !g.requiresGrad) {
      fail('autograd/strict', { why: stage.startsWith('double') ? 'flatHessian' : 'flatJacobian', index });
    }
    return g;
  });
}

/** What must depend on the inputs in strict mode. */
export type Required = 'outputs' | 'gradInputs' | 'jacobian' | 'hessian';

/** @throws `autograd/strict` */
export function requireGraph(tensors: readonly (Tensor | null)[], why: Required, strict: boolean): void {
  if (!strict) return;
  tensors.forEach((x, index) => {
    if (x === null) fail('autograd/strict', { why: 'back', index });
    if (!x.requiresGrad) fail('autograd/strict', { why, index });
  });
}
