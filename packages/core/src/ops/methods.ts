import { type Operand, Tensor } from '../extend/index.ts';
import * as functions from './functions.ts';
import type { KeepdimOr, ReduceOptions } from './internal/reduction.ts';
import type { ValuesAndIndices } from './internal/selecting.ts';
import type { NonzeroOptions } from './mask.ts';
import { inspect, iterate, properties, type TensorProperties } from './properties.ts';
import * as tensorOnly from './tensor-only.ts';
import { where } from './where.ts';

// biome-ignore lint/suspicious/noExplicitAny: the shape of any op function; its own types come through `infer`
type OpFunction = (self: any, ...args: any[]) => unknown;

/** The functions of an op module as methods: the first argument becomes `this`. */
type Methods<M> = {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  [K in keyof M]: M[K] extends (self: any, ...args: infer A) => infer R ? (...args: A) => R : never;
};

/** `exp_` for every `exp` that has an in-place form. */
type InPlaceMethods<M> = {
  [K in keyof M as M[K] extends { readonly inPlace: unknown } ? `${K & string}_` : never]: M[K] extends {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    readonly inPlace: (self: any, ...args: infer A) => unknown;
  }
    ? (...args: A) => Tensor
    : never;
};

type MethodsOf<M> = Methods<M> & InPlaceMethods<M>;

/** Methods whose result depends on how they are called, which the mapping above cannot see. */
interface OverloadedMethods {
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
  median(): Tensor;
  median(dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
  nanmedian(): Tensor;
  nanmedian(dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
  nonzero(options?: NonzeroOptions<false>): Tensor;
  nonzero(options: NonzeroOptions<true>): Tensor[];
  nonzeroAsync(options?: NonzeroOptions<false>): Promise<Tensor>;
  nonzeroAsync(options: NonzeroOptions<true>): Promise<Tensor[]>;
}

/** Everything that can be called on a tensor: one method for each function of the op modules. */
export interface TensorMethods
  extends MethodsOf<Omit<typeof functions, keyof OverloadedMethods>>,
    MethodsOf<Omit<typeof tensorOnly, 'toString'>>,
    OverloadedMethods,
    TensorProperties {
  /** This tensor where the condition is true, `other` elsewhere. */
  where(condition: Tensor, other: Operand): Tensor;
  /** Exactly what PyTorch prints for the tensor. @throws `backend/sync-read` */
  toString(): string;
  /** The slices along the first dimension. @throws `shape/iter-0d` */
  [Symbol.iterator](): IterableIterator<Tensor>;
  /** {@link dispose}, for `using`. */
  [Symbol.dispose](): void;
}

/** Gives tensors a method for every op, and their properties; called once, when the library is loaded. */
export function installMethods(): void {
  for (const [name, op] of [...Object.entries(functions), ...Object.entries(tensorOnly)]) {
    if (typeof op !== 'function') continue;
    define(name, op as OpFunction);
    if ('inPlace' in op) define(`${name}_`, op.inPlace as OpFunction);
  }
  define('where', (self: Tensor, condition: Tensor, other: Operand) => where(condition, self, other));
  define(Symbol.iterator, iterate);
  // Older engines have no such symbol; compilers that lower `using` look for this one.
  define(Symbol.dispose ?? Symbol.for('Symbol.dispose'), tensorOnly.dispose);
  define(Symbol.for('nodejs.util.inspect.custom'), inspect);
  for (const [name, accessor] of Object.entries(properties)) {
    Object.defineProperty(Tensor.prototype, name, { ...accessor, configurable: true });
  }
}

function define(name: string | symbol, op: OpFunction): void {
  const value = function (this: Tensor, ...args: unknown[]): unknown {
    return op(this, ...args);
  };
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
