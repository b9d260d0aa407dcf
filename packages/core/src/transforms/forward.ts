import { forwardAd } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { Tensor } from '../tensor/index.ts';
import { leavesOf, mapTensors, rebuilt } from './tree.ts';

/**
 * The value of `fn` at `primals` and its Jacobian-vector product with `tangents`, which have the same form.
 * @throws `autograd/dual-nested`, `autograd/dual-size`
 * @see https://pytorch.org/docs/stable/generated/torch.func.jvp.html
 */
export function jvp<A extends unknown[], R>(
  fn: (...args: A) => R,
  primals: A,
  tangents: readonly unknown[],
): [output: R, tangent: R] {
  if (!Array.isArray(primals)) {
    fail('op/argument', {
      text: 'jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals).',
    });
  }
  return forwardAd.dualLevel(() => {
    const directions = leavesOf(tangents);
    let next = 0;
    const duals = mapTensors(primals, (x) => forwardAd.makeDual(x, directions[next++] as Tensor)) as A;
    const result = fn(...duals);
    const parts = leavesOf(result).map((out) => (out instanceof Tensor ? forwardAd.unpackDual(out) : out));
    const primal = parts.map((part) => (isUnpacked(part) ? part.primal : part));
    const tangent = parts.map((part) =>
      isUnpacked(part) ? (part.tangent ?? part.primal.detach().zerosLike()) : part,
    );
    return [rebuilt(result, primal) as R, rebuilt(result, tangent) as R];
  });
}

function isUnpacked(value: unknown): value is forwardAd.UnpackedDual {
  return typeof value === 'object' && value !== null && 'primal' in value;
}
