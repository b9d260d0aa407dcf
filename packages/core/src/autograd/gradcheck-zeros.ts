import { fail } from '../errors/index.ts';
import { aliasTensor, type Tensor } from '../tensor/index.ts';
import { grad } from './backward.ts';
import { Node } from './node.ts';
import type { GradRecord } from './record.ts';
import { attach, link } from './track.ts';

/** Lets no gradient through. */
const undefinedGrad: GradRecord<undefined> = { name: 'UndefinedGrad', backward: () => [null] };

function withoutGradient(output: Tensor): Tensor {
  const node = new Node(undefinedGrad, undefined);
  link(node, [output]);
  const out = aliasTensor(output);
  attach(node, out, 0);
  return out;
}

/** The gradients of outputs that are all weighted with zeros. */
function zeroGradients(outputs: readonly Tensor[], inputs: readonly Tensor[]): readonly (Tensor | null)[] {
  return grad(outputs, inputs, {
    gradOutputs: outputs.map((x) => x.detach().zerosLike()),
    allowUnused: true,
    retainGraph: true,
  });
}

const isZero = (g: Tensor | null): boolean => g === null || g.eq(0).all().item() === true;

/** Where no gradient arrives, or zeros do, none may leave. @throws `autograd/gradcheck` */
export function checkZeros(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  undefinedToo: boolean,
): void {
  if (!zeroGradients(outputs, inputs).every(isZero)) {
    fail('autograd/gradcheck', { text: 'backward not multiplied by grad_output' });
  }
  if (!undefinedToo) return;
  const cases = [outputs.map(withoutGradient)];
  if (outputs.length > 1) {
    for (const left of outputs) cases.push(outputs.map((x) => (x === left ? withoutGradient(x) : x)));
  }
  for (const tensors of cases) {
    if (zeroGradients(tensors, inputs).every(isZero)) continue;
    fail('autograd/gradcheck', {
      text: 'Expected all input grads to be undefined or zero when all output grads are undefined or zero. Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"',
    });
  }
}
