import { hideDim, showDim } from '../autograd/index.ts';
import { batchingRules, installBatching, openLevel } from '../dispatch/index.ts';
import { fail } from '../errors/index.ts';
import { Tensor } from '../tensor/index.ts';
import { broadcastLeaves, leavesOf, rebuilt } from './tree.ts';

/** Which dimension holds the examples: one number for all tensors, null for those without one, or a tree of both. */
export type Dims = number | null | readonly Dims[] | { readonly [key: string]: Dims };

/** Keyword arguments of {@link vmap}. */
export interface VmapOptions {
  /** What random functions do inside: throw (the default), draw once for all examples, or for each example. */
  readonly randomness?: 'error' | 'same' | 'different';
}

/**
 * A function of tensors that calls `fn` once and has it work on all examples at a time: inside, a tensor is one example and
 * does not show the dimension that `inDims` names; results get it back at `outDims`. Dimensions may be given for each
 * argument, in arrays and objects of the arguments' form.
 *
 * ```ts
 * const perSample = torch.vmap(torch.func.grad(loss), [null, 0, 0]);   // gradients of each sample's loss
 * perSample(weights, inputs, targets);
 * ```
 *
 * Every operation that works without reading tensors works inside, on all backends: each launch gets the examples as an
 * outer loop. What reads (`item`, `nonzero`, comparisons in `if`) throws. It nests, and mixes with gradients and tangents.
 * @throws `vmap/arguments`, `vmap/inplace`, `vmap/read`, `vmap/randomness`
 * @see https://pytorch.org/docs/stable/generated/torch.func.vmap.html
 */
export function vmap<A extends unknown[], R>(
  fn: (...args: A) => R,
  inDims: Dims = 0,
  outDims: Dims = 0,
  { randomness = 'error' }: VmapOptions = {},
): (...args: A) => R {
  const name = fn.name === '' ? '<lambda>' : fn.name;
  if (!['error', 'same', 'different'].includes(randomness)) {
    fail('vmap/options', {
      text: `Only allowed values for randomness are 'error', 'different', or 'same'. Got ${randomness}`,
    });
  }
  return (...args) => {
    const call = `vmap(${name}, in_dims=${dimsText(inDims)}, ...)(<inputs>)`;
    const dims = inputDims(name, call, inDims, args);
    const leaves = leavesOf(args);
    const size = batchSize(leaves, dims);
    installBatching(batchingRules);
    return openLevel(size, randomness, (level) => {
      const hidden = leaves.map((leaf, i) => {
        const dim = dims[i];
        return dim == null ? leaf : hideDim(leaf as Tensor, level, dim);
      });
      const result = fn(...(rebuilt(args, hidden) as A));
      const outputs = leavesOf(result);
      const places = outputDims(name, outDims, result);
      const shown = outputs.map((out, i) => {
        if (!(out instanceof Tensor)) {
          return fail('vmap/arguments', {
            text: `vmap(${name}, ...): \`${name}\` must only return Tensors, got type ${typeof out} as a return.`,
          });
        }
        const place = places[i]!;
        const rank = out.ndim + 1;
        if (place < -rank || place >= rank) {
          fail('op/index', {
            text: `Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${place})`,
          });
        }
        return showDim(out, level, place < 0 ? place + rank : place);
      });
      return rebuilt(result, shown) as R;
    });
  };
}

function dimsText(dims: Dims): string {
  if (dims === null) return 'None';
  if (Array.isArray(dims)) return `(${dims.map(dimsText).join(', ')}${dims.length === 1 ? ',' : ''})`;
  return typeof dims === 'object' ? JSON.stringify(dims) : String(dims);
}

function inputDims(name: string, call: string, inDims: Dims, args: readonly unknown[]): (number | null)[] {
  const refuse = (text: string): never => fail('vmap/arguments', { text });
  if (args.length === 0) {
    refuse(
      `vmap(${name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function with no inputs. The latter is unsupported.`,
    );
  }
  if (typeof inDims !== 'number' && (typeof inDims !== 'object' || inDims === null)) {
    refuse(
      `${call}: expected \`in_dims\` to be int or a (potentially nested) tuple matching the structure of inputs, got: ${inDims === null ? "<class 'NoneType'>" : typeof inDims}.`,
    );
  }
  const dims = broadcastLeaves(inDims, args);
  if (dims === undefined) refuse(`${call}: in_dims is not compatible with the structure of \`inputs\`.`);
  const leaves = leavesOf(args);
  return dims!.map((dim, i) => {
    const leaf = leaves[i];
    if (dim === null) return null;
    if (typeof dim !== 'number') {
      return refuse(
        `${call}: Got in_dim=${String(dim)} for an input but in_dim must be either an integer dimension or None.`,
      );
    }
    if (!(leaf instanceof Tensor)) {
      return refuse(
        `${call}: Got in_dim=${dim} for an input but the input is of type ${typeof leaf}. We cannot vmap over non-Tensor arguments, please use None as the respective in_dim`,
      );
    }
    if (dim < -leaf.ndim || dim >= leaf.ndim) {
      refuse(
        `${call}: Got in_dim=${dim} for some input, but that input is a Tensor of dimensionality ${leaf.ndim} so expected in_dim to satisfy -${leaf.ndim} <= in_dim < ${leaf.ndim}.`,
      );
    }
    return dim < 0 ? dim + leaf.ndim : dim;
  });
}

function batchSize(leaves: readonly unknown[], dims: readonly (number | null)[]): number {
  const sizes = leaves.flatMap((leaf, i) => (dims[i] == null ? [] : [(leaf as Tensor).shape[dims[i]!]!]));
  if (sizes.length === 0)
    fail('vmap/arguments', { text: 'vmap: at least one input must have a dimension to map over' });
  if (sizes.some((size) => size !== sizes[0])) {
    fail('vmap/arguments', {
      text: `vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes.join(', ')}] for the mapped dimension`,
    });
  }
  return sizes[0]!;
}

function outputDims(name: string, outDims: Dims, result: unknown): number[] {
  const call = `vmap(${name}, ..., out_dims=${dimsText(outDims)})`;
  const places = broadcastLeaves(outDims, result);
  if (places === undefined) {
    fail('vmap/arguments', {
      text: `${call}(<inputs>): out_dims is not compatible with the structure of \`outputs\`.`,
    });
  }
  return places.map((place) => {
    if (typeof place === 'number') return place;
    return fail('vmap/arguments', {
      text: `${call}: \`out_dims\` must be an int or a python collection of ints representing where in the outputs the vmapped dimension should appear.`,
    });
  });
}
