import { isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { aliasTensor, Tensor } from '../tensor/index.ts';
import { Context } from './custom-context.ts';
import { FunctionNode } from './custom-node.ts';
import { withoutTangents } from './dual-level.ts';
import { gradFnOf, requiresGradOf } from './gradient-edge.ts';
import { noGrad, withGradMode } from './modes.ts';
import { settle } from './tangents.ts';
import { attach, isTracked, link } from './track.ts';
import { markView, rebaseHistory } from './views.ts';

/** The static side of a class with a `forward`; the context is whatever that declares. */
export interface FunctionClass<A extends readonly unknown[], R> {
  readonly name: string;
  forward(ctx: never, ...args: A): R;
}

/** The same for classes whose `forward` takes no context, with a `setupContext` beside it. */
export interface SetupFunctionClass<A extends readonly unknown[], R> {
  readonly name: string;
  forward(...args: A): R;
  setupContext(ctx: never, inputs: A, output: R): void;
}

/**
 * A function with a gradient of your own. Extend it with static `forward` and `backward`, and call it by `apply`:
 *
 * ```ts
 * class Cube extends torch.autograd.Function {
 *   static forward(ctx: torch.autograd.FunctionContext, x: Tensor): Tensor {
 *     ctx.saveForBackward(x);
 *     return x.pow(3);
 *   }
 *   static backward(ctx: torch.autograd.FunctionContext, grad: Tensor): Tensor {
 *     const [x] = ctx.savedTensors;
 *     return grad.mul(x!.square()).mul(3);
 *   }
 * }
 * const y = Cube.apply(x);   // grad_fn=<CubeBackward>
 * ```
 *
 * `forward` runs without recording and returns a tensor or an array of them; whatever else it returns is passed on.
 * `backward` is given one gradient for each output and returns one for each argument, null for those that have none. It is
 * recorded with `createGraph`, so a `backward` written in tensor operations can be differentiated again. As in PyTorch 2,
 * `forward` may leave the context to a static `setupContext(ctx, inputs, output)`; `vjp` is another name of `backward`.
 * A static `jvp(ctx, ...tangents)`, with a tangent for each argument, returns one for each output: the rule of forward mode.
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function
 */
export class CustomFunction {
  /** @throws `autograd/function-instance`: functions are classes, not objects */
  constructor() {
    fail('autograd/function-instance', {});
  }

  /**
   * Runs `forward` and connects its results to the graph.
   * @throws `autograd/no-forward`, `autograd/leaf-dirty`, `autograd/dirty-not-output`, `autograd/dirty-view`
   */
  static apply<A extends unknown[], R>(this: SetupFunctionClass<A, R>, ...args: A): R;
  static apply<A extends unknown[], R>(this: FunctionClass<A, R>, ...args: A): R;
  static apply<A extends unknown[], R>(
    this: FunctionClass<A, R> | SetupFunctionClass<A, R>,
    ...args: A
  ): unknown {
    // biome-ignore lint/complexity/noThisInStatic: the subclass, which is what is called
    return applyFunction(this as unknown as Definition, args);
  }
}

/** A subclass, as it is found at run time. */
export interface Definition {
  readonly name: string;
  readonly forward?: (...args: unknown[]) => unknown;
  readonly setupContext?: (ctx: Context, inputs: unknown[], output: unknown) => void;
  readonly backward?: (ctx: Context, ...grads: (Tensor | null)[]) => unknown;
  readonly vjp?: (ctx: Context, ...grads: (Tensor | null)[]) => unknown;
  readonly jvp?: (ctx: Context, ...tangents: (Tensor | null)[]) => unknown;
}

function applyFunction(definition: Definition, args: unknown[]): unknown {
  if (typeof definition.forward !== 'function') {
    fail('autograd/no-forward', {
      text: 'You must implement the forward function for custom autograd.Function.',
    });
  }
  const inputs = args.filter((x): x is Tensor => x instanceof Tensor);
  const context = new Context(args.map((x) => x instanceof Tensor && requiresGradOf(x)));
  const node = isTracked(inputs) ? new FunctionNode(definition, context, args) : undefined;
  if (node !== undefined) link(node, inputs);
  const run = (): unknown => {
    if (definition.setupContext === undefined) return definition.forward!(context, ...args);
    const output = definition.forward!(...args);
    definition.setupContext(context, args, output);
    return output;
  };
  const result = noGrad(() => withoutTangents(run));
  const raw: unknown[] = Array.isArray(result) ? result : [result];
  const outputs = new Outputs(context, node, inputs, raw.length).wrap(raw);
  if (node !== undefined) {
    node.outputCount = raw.length;
    context.save(node);
    settle(
      node,
      outputs.map((out) => (out instanceof Tensor ? out : undefined)),
      (_, __, tangents) => pushThrough(definition, context, args, outputs, tangents),
    );
  }
  return Array.isArray(result) ? outputs : outputs[0];
}

/** The outputs' tangents, from the function's `jvp`. @throws `autograd/no-forward`, `autograd/tangent-count` */
function pushThrough(
  definition: Definition,
  context: Context,
  args: readonly unknown[],
  outputs: readonly unknown[],
  tangents: readonly (Tensor | null)[],
): (Tensor | null)[] {
  if (definition.jvp === undefined) {
    fail('autograd/no-forward', {
      text: 'You must implement the jvp function for custom autograd.Function to use it with forward mode AD.',
    });
  }
  let next = 0;
  const given = args.map((arg) => {
    if (!(arg instanceof Tensor)) return null;
    return tangents[next++] ?? (context.materialize ? arg.detach().zerosLike() : null);
  });
  const result = context.forForward(() => definition.jvp!(context, ...given));
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  if (list.length !== outputs.length) {
    fail('autograd/tangent-count', { expected: outputs.length, got: list.length });
  }
  return list.map((tangent) => (tangent instanceof Tensor ? tangent : null));
}

/** Makes what `forward` returned the outputs of its node. */
class Outputs {
  private readonly context: Context;
  private readonly node: FunctionNode | undefined;
  private readonly inputs: ReadonlySet<Tensor>;
  private readonly count: number;

  constructor(context: Context, node: FunctionNode | undefined, inputs: readonly Tensor[], count: number) {
    this.context = context;
    this.node = node;
    this.inputs = new Set(inputs);
    this.count = count;
  }

  wrap(raw: readonly unknown[]): unknown[] {
    for (const tensor of this.context.dirty) {
      if (!raw.includes(tensor)) fail('autograd/dirty-not-output', {});
    }
    const outputs = raw.map((value, i) => (value instanceof Tensor ? this.output(value, i) : value));
    const differentiable = raw.filter((x) => x instanceof Tensor && this.isDifferentiable(x));
    if (differentiable.length > 1) {
      for (const out of outputs) {
        const view = out instanceof Tensor ? out.autograd?.view : undefined;
        if (view != null) view.origin = 'multiOutput';
      }
    }
    return outputs;
  }

  private isDifferentiable(value: Tensor): boolean {
    const excluded = this.context.nonDifferentiable.has(value) || !isFloatingPoint(value.dtype);
    return this.node !== undefined && !excluded;
  }

  private output(value: Tensor, outputNr: number): Tensor {
    const { node, inputs, context } = this;
    if (node !== undefined) node.describe(outputNr, value);
    if (!this.isDifferentiable(value)) return this.constant(value);
    if (context.dirty.has(value)) return this.modified(value, outputNr);
    const out = inputs.has(value) ? asView(value) : value;
    attach(node!, out, outputNr);
    const view = out.autograd!.view;
    if (view !== null) {
      view.origin = 'customFunction';
      view.version = out.counter.version;
    }
    return out;
  }

  /** An output without a gradient. */
  private constant(value: Tensor): Tensor {
    if (this.context.dirty.has(value)) return value;
    if (this.inputs.has(value)) return requiresGradOf(value) ? aliasTensor(value) : asView(value);
    // A view of an input still requires gradients, as one that was made without recording does.
    if (requiresGradOf(value) && value.autograd?.view == null) return aliasTensor(value);
    return value;
  }

  /** An input that was changed in place: the node becomes its history. */
  private modified(value: Tensor, outputNr: number): Tensor {
    if (requiresGradOf(value) && gradFnOf(value) === null) fail('autograd/leaf-dirty', {});
    if (!this.inputs.has(value)) {
      warn(
        'Only input Tensors should be given to ctx.mark_dirty(). If a Tensor is not an input, there is no need to pass it to mark_dirty().',
      );
    }
    if (value.autograd?.view != null && this.count > 1) fail('autograd/dirty-view', {});
    withGradMode(true, () => rebaseHistory(value, this.node!, outputNr));
    return value;
  }
}

/** An input that was returned as it is: another tensor over the same memory, made without recording. */
function asView(value: Tensor): Tensor {
  const out = aliasTensor(value);
  noGrad(() => markView(out, value));
  return out;
}
