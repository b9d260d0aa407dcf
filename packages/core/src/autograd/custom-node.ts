import { fail } from '../errors/index.ts';
import { Tensor } from '../tensor/index.ts';
import type { Context } from './custom-context.ts';
import type { Definition } from './custom-function.ts';
import { Node, type OutputMeta } from './node.ts';

/** The step that a custom function takes in the graph. Its edges are those of its tensor arguments, in order. */
export class FunctionNode extends Node<Context> {
  private readonly definition: Definition;
  /** For each argument whether it is a tensor. */
  private readonly tensors: readonly boolean[];
  /** How many values `forward` returned. */
  outputCount = 0;

  constructor(definition: Definition, context: Context, args: readonly unknown[]) {
    super({ name: `${definition.name}Backward`, custom: true, backward: () => [] }, context);
    this.definition = definition;
    this.tensors = args.map((x) => x instanceof Tensor);
  }

  override get nextFunctions(): readonly (readonly [Node | null, number])[] {
    return this.nextNodes.map((node, i) => [node, this.nextNrs[i]!]);
  }

  override toString(): string {
    return super.toString().replace('<', '<torch.autograd.function.');
  }

  override get savedTensors(): readonly Tensor[] {
    return this.attrs.plain;
  }

  override get isFreed(): boolean {
    return this.attrs.isFreed;
  }

  override release(): void {
    this.attrs.release();
  }

  override run(grads: readonly (Tensor | undefined)[]): (Tensor | null | undefined)[] {
    const { backward, vjp } = this.definition;
    if (backward !== undefined && vjp !== undefined) fail('autograd/backward-and-vjp', {});
    const formula = backward ?? vjp;
    if (formula === undefined) {
      fail('autograd/no-forward', {
        text: 'You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.',
      });
    }
    const outputs: readonly (OutputMeta | undefined)[] = this.outputs;
    const given = Array.from({ length: this.outputCount }, (_, i) => {
      if (outputs[i] === undefined) return null;
      return grads[i] ?? (this.attrs.materialize ? this.grad(i) : null);
    });
    const result: unknown = formula.call(this.definition, this.attrs, ...given);
    return this.forTensors(Array.isArray(result) ? result : [result]);
  }

  /** One gradient for each edge, from what `backward` returned for each argument. */
  private forTensors(results: readonly unknown[]): (Tensor | null)[] {
    const { name, tensors } = this;
    const extra = results.slice(tensors.length);
    if (results.length < tensors.length || extra.some((x) => x != null)) {
      fail('autograd/gradient-count', { node: name, expected: tensors.length, got: results.length });
    }
    const gradients: (Tensor | null)[] = [];
    tensors.forEach((isTensor, i) => {
      const value = results[i] ?? null;
      if (!isTensor && value !== null) fail('autograd/gradient-of-constant', { node: name, position: i + 1 });
      if (!isTensor) return;
      if (value !== null && !(value instanceof Tensor)) fail('autograd/gradient-type', { value });
      gradients.push(value);
    });
    return gradients;
  }
}
