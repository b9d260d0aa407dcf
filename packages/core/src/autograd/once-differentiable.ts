import { fail } from '../errors/index.ts';
import { aliasTensor, Tensor } from '../tensor/index.ts';
import { gradientNode, metaOf, requiresGradOf } from './gradient-edge.ts';
import { isRecording, noGrad } from './modes.ts';
import { Node } from './node.ts';
import type { GradRecord } from './record.ts';
import { attach } from './track.ts';

const error: GradRecord<undefined> = {
  name: 'Error',
  backward: () => fail('autograd/once-differentiable', {}),
};

type Result = Tensor | null | readonly (Tensor | null)[];

/**
 * Marks a custom function's `backward` that is not made of differentiable operations: it runs without recording, and
 * differentiating its results is an error instead of a silent zero.
 *
 * ```ts
 * static backward = onceDifferentiable((ctx: FunctionContext, grad: Tensor) => …);
 * ```
 */
export function onceDifferentiable<C, G extends readonly (Tensor | null)[], R extends Result>(
  backward: (ctx: C, ...grads: G) => R,
): (ctx: C, ...grads: G) => R {
  return (ctx, ...grads) => {
    const result = noGrad(() => backward(ctx, ...grads));
    if (!isRecording() || !grads.some((g) => g instanceof Tensor && requiresGradOf(g))) return result;
    const list: readonly (Tensor | null)[] = result === null || result instanceof Tensor ? [result] : result;
    const node = new Node(error, undefined);
    node.nextNodes = list.map(() => null);
    node.nextNrs = list.map(() => 0);
    const marked = list.map((tensor, i) => (tensor instanceof Tensor ? refusing(node, tensor, i) : null));
    return (list === result ? marked : marked[0]) as R;
  };
}

/** The tensor as an output of the node that refuses to be run. */
function refusing(node: Node, tensor: Tensor, outputNr: number): Tensor {
  const source = aliasTensor(tensor);
  metaOf(source).requiresGrad = true;
  node.nextNodes[outputNr] = gradientNode(source);
  const out = aliasTensor(tensor);
  attach(node, out, outputNr);
  return out;
}
