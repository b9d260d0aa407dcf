import { enableGrad, grad, keepsHistory } from '../../autograd/index.ts';
import { type GradRecord, noGrad, type Tensor, track } from '../../extend/index.ts';

/** What a function made by {@link recomputed} is given: tensors that may want gradients, some of them left out. */
export type Inputs = readonly (Tensor | null | undefined)[];

/**
 * A function of tensors written in differentiable operations that stands in the graph as one node: backward computes it
 * again and differentiates that. For functions that PyTorch has one node for and that are not worth a formula of
 * their own; costs a second forward pass.
 */
export function recomputed<A>(
  node: string,
  compute: (inputs: Inputs, attrs: A) => Tensor,
): (inputs: Inputs, attrs: A) => Tensor {
  const record: GradRecord<{ readonly attrs: A; readonly given: readonly boolean[] }> = {
    name: node,
    saves: { in: 'all' },
    backward: ([g], c) => {
      const { attrs, given } = c.attrs;
      // Views of the inputs: what one input owes to another is not this function's to differentiate.
      const again = given.map((there, i) => {
        if (!there) return null;
        const input = c.input(i);
        if (!c.needs(i)) return keepsHistory() ? input : input.detach();
        return keepsHistory() && input.requiresGrad ? input.alias() : input.detach().requiresGrad_(true);
      });
      const wanted = again.filter((input, i): input is Tensor => input !== null && c.needs(i));
      const out = enableGrad(() => compute(again, attrs));
      const found = grad(out, wanted, {
        gradOutputs: g!,
        createGraph: keepsHistory(),
        allowUnused: true,
      });
      let next = 0;
      return given.map((_, i) => {
        if (!c.needs(i)) return null;
        const at = next++;
        return found[at] ?? wanted[at]!.zerosLike();
      });
    },
  };
  return (inputs, attrs) => {
    const out = noGrad(() =>
      compute(
        inputs.map((input) => input?.detach()),
        attrs,
      ),
    );
    const given = inputs.map((input) => input != null);
    return track(record, out, inputs, { attrs, given });
  };
}
