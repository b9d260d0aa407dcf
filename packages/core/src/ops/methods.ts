import { Tensor } from '../extend/index.ts';
import * as arithmetic from './arithmetic.ts';
import * as blend from './blend.ts';
import * as copy from './copy.ts';
import * as graph from './graph.ts';
import * as indexing from './indexing.ts';
import * as like from './like.ts';
import * as matmul from './matmul.ts';
import * as random from './random.ts';
import * as read from './read.ts';
import * as rearrange from './rearrange.ts';
import * as reduce from './reduce.ts';
import * as scan from './scan.ts';
import * as select from './select.ts';
import * as softmax from './softmax.ts';
import * as sorting from './sort.ts';
import * as statistics from './statistics.ts';
import * as text from './text.ts';
import * as unary from './unary.ts';
import * as views from './views.ts';

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

type Overloaded = 'max' | 'min' | 'median' | 'nanmedian';

/** Methods whose result depends on how they are called, which the mapping above cannot see. */
interface OverloadedMethods {
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number, options?: reduce.KeepdimOr<reduce.ReduceOptions>): reduce.ValuesAndIndices;
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number, options?: reduce.KeepdimOr<reduce.ReduceOptions>): reduce.ValuesAndIndices;
  median(): Tensor;
  median(dim: number, options?: reduce.KeepdimOr<reduce.ReduceOptions>): reduce.ValuesAndIndices;
  nanmedian(): Tensor;
  nanmedian(dim: number, options?: reduce.KeepdimOr<reduce.ReduceOptions>): reduce.ValuesAndIndices;
}

/** Functions of op modules that are for other op modules, or whose first argument is not the tensor itself. */
type NotMethods =
  | 'sizesOf'
  | 'inPlace'
  | 'withInPlace'
  | 'overwrite'
  | 'reduceOptions'
  | 'restoreDims'
  | 'selectingRecord'
  | 'pickAlong'
  | 'Reduction'
  | 'elementValue'
  | 'sliceIndex'
  | 'SliceIndex'
  | 'properties'
  | 'where'
  | 'rand'
  | 'randn'
  | 'randint'
  | 'randperm'
  | 'normal';

declare module '../tensor/tensor.ts' {
  interface Tensor
    extends MethodsOf<Omit<typeof arithmetic, NotMethods>>,
      MethodsOf<Omit<typeof blend, NotMethods>>,
      MethodsOf<Omit<typeof copy, NotMethods>>,
      MethodsOf<Omit<typeof graph, NotMethods>>,
      MethodsOf<Omit<typeof indexing, NotMethods>>,
      MethodsOf<typeof like>,
      MethodsOf<typeof matmul>,
      MethodsOf<Omit<typeof random, NotMethods>>,
      MethodsOf<Omit<typeof read, NotMethods>>,
      MethodsOf<Omit<typeof rearrange, NotMethods>>,
      MethodsOf<Omit<typeof reduce, NotMethods | Overloaded>>,
      MethodsOf<typeof scan>,
      MethodsOf<Omit<typeof select, NotMethods>>,
      MethodsOf<typeof softmax>,
      MethodsOf<Omit<typeof sorting, Overloaded>>,
      MethodsOf<typeof statistics>,
      MethodsOf<Omit<typeof text, 'toString'>>,
      MethodsOf<typeof unary>,
      MethodsOf<Omit<typeof views, NotMethods>>,
      OverloadedMethods,
      graph.TensorProperties {
    /** This condition decides between `self` and `other`: see `where`. */
    where(self: arithmetic.OperandLike, other: arithmetic.OperandLike): Tensor;
    /** Exactly what PyTorch prints for the tensor. @throws `backend/sync-read` */
    toString(): string;
  }
}

const families: readonly object[] = [
  arithmetic,
  blend,
  copy,
  graph,
  indexing,
  like,
  matmul,
  random,
  read,
  rearrange,
  reduce,
  scan,
  select,
  softmax,
  sorting,
  statistics,
  text,
  unary,
  views,
];

const notMethods: ReadonlySet<string> = new Set<NotMethods>([
  'sizesOf',
  'inPlace',
  'withInPlace',
  'overwrite',
  'reduceOptions',
  'restoreDims',
  'selectingRecord',
  'pickAlong',
  'Reduction',
  'elementValue',
  'sliceIndex',
  'SliceIndex',
  'properties',
  'rand',
  'randn',
  'randint',
  'randperm',
  'normal',
]);

/** Gives tensors a method for every op, and their properties; called once, when the library is loaded. */
export function installMethods(): void {
  for (const family of families) {
    for (const [name, op] of Object.entries(family)) {
      if (typeof op !== 'function' || notMethods.has(name)) continue;
      define(name, op as OpFunction);
      if ('inPlace' in op) define(`${name}_`, op.inPlace as OpFunction);
    }
  }
  for (const [name, accessor] of Object.entries(graph.properties)) {
    Object.defineProperty(Tensor.prototype, name, { ...accessor, configurable: true });
  }
}

function define(name: string, op: OpFunction): void {
  const value = function (this: Tensor, ...args: unknown[]): unknown {
    return op(this, ...args);
  };
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
