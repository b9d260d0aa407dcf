import {
  enableGrad,
  gradFnOf,
  isAccumulator,
  isGradEnabled,
  type Node,
  grad as pullBack,
} from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { Tensor } from '../tensor/index.ts';
import { leavesOf, mapTensors, rebuilt } from './tree.ts';

/** Which arguments to differentiate by: one, or several. */
export type ArgNums = number | readonly number[];

/** Arguments with the tensors of some made variables of a differentiation of their own. */
export interface Variables {
  readonly args: unknown[];
  /** The variables, as a tree per argument. */
  readonly trees: readonly unknown[];
  readonly tensors: readonly Tensor[];
}

/** Makes the tensors in `args[argnums]` variables, connected to what they depend on. */
export function asVariables(args: readonly unknown[], argnums: readonly number[]): Variables {
  const trees = argnums.map((n) => {
    if (n < -args.length || n >= args.length) {
      fail('op/argument', { text: `Got argnum=${n}, but only ${args.length} positional inputs` });
    }
    return mapTensors(args.at(n), (x) =>
      enableGrad(() => (x.requiresGrad ? x.alias() : x.alias().requiresGrad_(true))),
    );
  });
  const own = [...args];
  argnums.forEach((n, i) => {
    own[n < 0 ? n + args.length : n] = trees[i];
  });
  return { args: own, trees, tensors: leavesOf(trees).filter((x) => x instanceof Tensor) };
}

/** True when a result depends on something that requires gradients besides `own`: it may be differentiated by that later. */
export function dependsOnOthers(outputs: readonly Tensor[], own: readonly Tensor[]): boolean {
  const roots = new Set(own);
  const seen = new Set<Node>();
  const waiting: Node[] = [];
  const visit = (node: Node | null): void => {
    if (node === null || seen.has(node)) return;
    seen.add(node);
    waiting.push(node);
  };
  for (const out of outputs) {
    if (out.requiresGrad && gradFnOf(out) === null && !roots.has(out)) return true;
    visit(gradFnOf(out));
  }
  for (const variable of own) if (gradFnOf(variable) !== null) return true;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (isAccumulator(node)) {
      if (!roots.has(node.attrs.variable)) return true;
    } else node.nextNodes.forEach(visit);
  }
  return false;
}

/** Gradients of `outputs` by variables, zeros where nothing depends on them; recorded only where that can matter. */
export function pull(
  outputs: readonly Tensor[],
  variables: readonly Tensor[],
  gradOutputs: readonly Tensor[] | undefined,
  options: { readonly keep: boolean; readonly recorded: boolean },
): Tensor[] {
  const roots: Tensor[] = [];
  const weights: Tensor[] = [];
  outputs.forEach((out, i) => {
    if (!out.requiresGrad) return;
    roots.push(out);
    if (gradOutputs !== undefined) weights.push(gradOutputs[i]!);
  });
  if (roots.length === 0) return variables.map((x) => x.detach().zerosLike());
  const found = pullBack(roots, variables, {
    ...(gradOutputs === undefined ? {} : { gradOutputs: weights }),
    allowUnused: true,
    retainGraph: options.keep,
    createGraph: options.recorded,
  });
  return found.map((own, i) => own ?? variables[i]!.detach().zerosLike());
}

/** Keyword arguments of {@link grad}. */
export interface GradTransformOptions<AUX extends boolean = boolean> {
  /** Which arguments to differentiate by; the first unless given. Trees of tensors give trees. */
  readonly argnums?: ArgNums;
  /** The function returns `[loss, more]`, and so does the transformed one. Default false. */
  readonly hasAux?: AUX;
}

/**
 * The function that gives the gradient of `fn`, which returns a tensor with one element.
 * @see https://pytorch.org/docs/stable/generated/torch.func.grad.html
 */
export function grad<A extends unknown[]>(
  fn: (...args: A) => unknown,
  options: GradTransformOptions = {},
): (...args: A) => never {
  const both = gradAndValue(fn, options);
  return (...args) => {
    const [gradient, value] = both(...args) as [unknown, unknown];
    return (options.hasAux === true ? [gradient, (value as unknown[])[1]] : gradient) as never;
  };
}

/** The function that gives the gradient of `fn` and its value: `[gradient, value]`. */
export function gradAndValue<A extends unknown[]>(
  fn: (...args: A) => unknown,
  { argnums = 0, hasAux = false }: GradTransformOptions = {},
): (...args: A) => never {
  return (...args) => {
    const numbers = typeof argnums === 'number' ? [argnums] : argnums;
    const recording = isGradEnabled();
    const { args: own, trees, tensors } = asVariables(args, numbers);
    const result = enableGrad(() => fn(...(own as A)));
    const [loss, aux] = hasAux ? (result as [unknown, unknown]) : [result, undefined];
    if (!(loss instanceof Tensor)) {
      fail('op/argument', {
        text: `grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got ${typeof loss}`,
      });
    }
    if (loss.numel() !== 1 || loss.ndim > 0) {
      fail('op/argument', {
        text: `grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with ${loss.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?`,
      });
    }
    const recorded = recording && dependsOnOthers([loss], tensors);
    const gradients = pull([loss], tensors, undefined, { keep: recorded, recorded });
    const parts = rebuilt(trees, gradients) as unknown[];
    const release = (tree: unknown): unknown => (recorded ? tree : mapTensors(tree, (x) => x.detach()));
    const value = release(hasAux ? [loss, aux] : loss);
    return [typeof argnums === 'number' ? parts[0] : parts, value] as never;
  };
}

/** What {@link vjp} gives: the value, and the function that pulls cotangents of its form back. */
export type Pullback<R> = readonly [output: R, pull: (cotangents: R) => never];

/**
 * The value of `fn` and its vector-Jacobian products, one tree for each argument (the tree itself for one).
 * @see https://pytorch.org/docs/stable/generated/torch.func.vjp.html
 */
export function vjp<A extends unknown[], R>(fn: (...args: A) => R, ...primals: A): Pullback<R> {
  const recording = isGradEnabled();
  const { args, trees, tensors } = asVariables(
    primals,
    primals.map((_, i) => i),
  );
  const result = enableGrad(() => fn(...(args as A)));
  const outputs = leavesOf(result).filter((x) => x instanceof Tensor);
  const others = recording && dependsOnOthers(outputs, tensors);
  const back = (cotangents: R): unknown => {
    const weights = leavesOf(cotangents).filter((x) => x instanceof Tensor);
    const recorded = isGradEnabled() && (others || weights.some((x) => x.requiresGrad));
    const gradients = pull(outputs, tensors, weights, { keep: true, recorded });
    const parts = rebuilt(trees, gradients) as unknown[];
    return parts.length === 1 ? parts[0] : parts;
  };
  const output = others ? result : mapTensors(result, (x) => x.detach());
  return [output as R, back as (cotangents: R) => never];
}
