import { numelOf, type Shape } from '../shape/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { type ArgNums, vjp } from './differentiate.ts';
import { jvp } from './forward.ts';
import { leavesOf, rebuilt } from './tree.ts';
import { vmap } from './vmap.ts';

/** Keyword arguments of {@link jacrev}, {@link jacfwd} and {@link hessian}. */
export interface JacobianOptions {
  /** Which arguments to differentiate by; the first unless given. */
  readonly argnums?: ArgNums;
}

/** The function of the chosen arguments alone. */
function inArguments<A extends unknown[]>(
  fn: (...args: A) => unknown,
  args: A,
  argnums: ArgNums,
): { readonly own: (...chosen: unknown[]) => unknown; readonly chosen: unknown[]; readonly isOne: boolean } {
  const numbers = (typeof argnums === 'number' ? [argnums] : argnums).map((n) =>
    n < 0 ? n + args.length : n,
  );
  const own = (...given: unknown[]): unknown =>
    fn(...(args.map((arg, i) => (numbers.includes(i) ? given[numbers.indexOf(i)] : arg)) as A));
  return { own, chosen: numbers.map((n) => args[n]), isOne: typeof argnums === 'number' };
}

/** For each tensor, all directions of all of them: a one at one place, stacked in front. */
function basis(tensors: readonly Tensor[]): Tensor[] {
  const total = tensors.reduce((n, x) => n + x.numel(), 0);
  let start = 0;
  return tensors.map((x) => {
    const count = x.numel();
    const rows = x.detach().newZeros([total, count]);
    rows.narrow(0, start, count).diagonal().fill_(1);
    start += count;
    return rows.view([total, ...x.shape]);
  });
}

/** The parts of `stacked`'s first dimension that belong to each tensor. */
function partsOf(stacked: Tensor, tensors: readonly Tensor[]): Tensor[] {
  return stacked.split(
    tensors.map((x) => x.numel()),
    0,
  );
}

/**
 * The function that gives the Jacobian of `fn`, row by row of it at a time by {@link vjp} under {@link vmap}. Its shape is the
 * output's and then the input's; trees of outputs hold trees of inputs.
 * @see https://pytorch.org/docs/stable/generated/torch.func.jacrev.html
 */
export function jacrev<A extends unknown[]>(
  fn: (...args: A) => unknown,
  { argnums = 0 }: JacobianOptions = {},
): (...args: A) => never {
  return (...args) => {
    const { own, chosen, isOne } = inArguments(fn, args, argnums);
    const [output, back] = vjp(own, ...chosen);
    const outputs = leavesOf(output) as Tensor[];
    const inputs = leavesOf(chosen) as Tensor[];
    const rows = vmap((...cotangents: Tensor[]) => {
      const found: unknown = back(rebuilt(output, cotangents));
      return leavesOf(found) as Tensor[];
    })(...basis(outputs));
    const split = rows.map((stacked) => partsOf(stacked, outputs));
    const whole = outputs.map((out, o) => {
      const blocks = inputs.map((x, i) => split[i]![o]!.reshape([...out.shape, ...x.shape]));
      const trees = rebuilt(chosen, blocks) as unknown[];
      return isOne ? trees[0] : trees;
    });
    return rebuilt(output, whole) as never;
  };
}

/**
 * The same as {@link jacrev}, column by column by {@link jvp}: for functions with more outputs than inputs.
 * @see https://pytorch.org/docs/stable/generated/torch.func.jacfwd.html
 */
export function jacfwd<A extends unknown[]>(
  fn: (...args: A) => unknown,
  { argnums = 0 }: JacobianOptions = {},
): (...args: A) => never {
  return (...args) => {
    const { own, chosen, isOne } = inArguments(fn, args, argnums);
    const inputs = leavesOf(chosen) as Tensor[];
    let form: unknown;
    const columns = vmap((...tangents: Tensor[]) => {
      const [output, tangent] = jvp(own, chosen, rebuilt(chosen, tangents) as unknown[]);
      form = output;
      return leavesOf(tangent) as Tensor[];
    })(...basis(inputs));
    const whole = columns.map((stacked) => {
      const shape = stacked.shape.slice(1);
      const blocks = partsOf(stacked, inputs).map((part, i) => toBlock(part, shape, inputs[i]!.shape));
      const trees = rebuilt(chosen, blocks) as unknown[];
      return isOne ? trees[0] : trees;
    });
    return rebuilt(form, whole) as never;
  };
}

/** [input elements, …output] as […output, …input]. */
function toBlock(part: Tensor, output: Shape, input: Shape): Tensor {
  return part
    .reshape([numelOf(input), ...output])
    .movedim(0, -1)
    .reshape([...output, ...input]);
}

/**
 * The function that gives second derivatives of `fn`, forward over reverse.
 * @see https://pytorch.org/docs/stable/generated/torch.func.hessian.html
 */
export function hessian<A extends unknown[]>(
  fn: (...args: A) => unknown,
  options: JacobianOptions = {},
): (...args: A) => never {
  return jacfwd(jacrev(fn, options), options);
}
