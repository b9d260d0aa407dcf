import type { Operand } from '../autograd/index.ts';
import { isScalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { Tensor } from '../tensor/index.ts';

/**
 * Where an operation takes numbers for tensors: anywhere but everywhere (when not given), not `first`, or nowhere but in
 * `tensors`, of which the last is called `names`'s second where that is not `other`.
 */
export type Takes = 'tensor first' | 'tensors' | { readonly tensors: readonly [string, string] };

/** Complains as PyTorch does about operands that are neither what `takes` says. @throws `op/not-a-tensor`, `op/combination` */
export function checkOperands(name: string, operands: readonly Operand[], takes?: Takes): void {
  const onlyTensors = operands.length === 1 || (takes !== undefined && takes !== 'tensor first');
  let tensors = 0;
  operands.forEach((value, i) => {
    if (value instanceof Tensor) tensors++;
    else if (onlyTensors || !isScalar(value)) {
      const [first, second] = typeof takes === 'object' ? takes.tensors : ['input', 'other'];
      fail('op/not-a-tensor', { op: name, argument: i === 0 ? first! : second!, position: i + 1, value });
    }
  });
  if (tensors === 0 || (takes === 'tensor first' && !(operands[0] instanceof Tensor))) {
    fail('op/combination', { op: name, values: operands });
  }
}
