import {
  type DType,
  dtypeInfo,
  type Epilogue,
  type Kernels,
  type Loops,
  load,
  type MatmulPlan,
  type Strides,
  scalarKernel,
  type View,
} from '@taimatsu/core/backend';
import { type Across, epilogueOf, fusable, scalarBits } from '../codegen/epilogue.ts';
import type { Runtime } from '../runtime.ts';
import { type Job, OWN, Piece } from '../threads/index.ts';
import {
  type ElementName,
  Matmul,
  type MatrixView,
  type Product,
  roundUp,
  runShared,
  sharedBytes,
} from './matmul/index.ts';

const elements: { readonly [dtype: string]: ElementName } = {
  float32: 'f32',
  float64: 'f64',
  int32: 'i32',
  int64: 'i64',
};

type Run = Kernels['matmul'];

export function makeMatmul(runtime: Runtime, map: Kernels['map']): Run {
  const products = new Products(runtime);
  return (plan, out, a, b, epilogue) => {
    const element = out.dtype === a.dtype ? elements[a.dtype] : undefined;
    if (element === undefined) converted(runtime, products, map, plan, out, a, b, epilogue);
    else if (epilogue === undefined) multiply(runtime, products.plain(element), plan, out, a, b, undefined);
    else {
      const fused = products.fused(element, a.dtype, plan, epilogue);
      if (fused !== undefined) multiply(runtime, fused, plan, out, a, b, epilogue);
      else converted(runtime, products, map, plan, out, a, b, epilogue);
    }
  };
}

/** Products by element type, and by what is done to their elements. */
class Products {
  private readonly runtime: Runtime;
  private readonly plains: { [K in ElementName]?: Matmul } = {};
  private readonly withEpilogue: (Map<string, Matmul> | undefined)[] = [];

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  plain(element: ElementName): Matmul {
    const { memory, target } = this.runtime;
    this.plains[element] ??= new Matmul(memory.wasm, target, element);
    return this.plains[element];
  }

  /** The product with its tail, if that can be done in one. */
  fused(
    element: ElementName,
    dtype: DType,
    plan: MatmulPlan,
    { kernel, inputs }: Epilogue,
  ): Matmul | undefined {
    const across: Across[] = [];
    for (let i = 0; i < inputs.length; i++) {
      const [, column] = plan.strides[i + 3] as [number, number];
      if (column !== 0 && column !== 1 && plan.n > 1) return undefined;
      across.push(column === 0 ? 'splat' : 'unit');
    }
    const known = this.withEpilogue[kernel.id] ?? new Map<string, Matmul>();
    const key = across.join();
    let product = known.get(key);
    if (product === undefined) {
      if (!fusable(kernel, dtype)) return undefined;
      const { memory, target } = this.runtime;
      product = new Matmul(memory.wasm, target, element, epilogueOf(kernel, dtype, across));
      this.withEpilogue[kernel.id] = known.set(key, product);
    }
    return product;
  }
}

/** Nanoseconds that a product takes one thread, about. */
const cost = ({ m, n, k, batch }: MatmulPlan, bytes: number): number =>
  m * n * k * batch.size * bytes * 0.012;

function multiply(
  { memory, threads }: Runtime,
  product: Matmul,
  plan: MatmulPlan,
  out: View,
  a: View,
  b: View,
  epilogue: Epilogue | undefined,
): void {
  const { m, n, k, strides } = plan;
  const bytes = product.bytes;
  memory.clock++;
  const at = [memory.pointer(out), memory.pointer(a), memory.pointer(b)];
  const inputs = epilogue?.inputs ?? [];
  for (const view of inputs) at.push(memory.pointer(view));
  const scalars = epilogue === undefined ? [] : scalarBits(epilogue.kernel, epilogue.params);
  const each = (scratch: number, visit: (single: Product) => void): void => {
    eachBatch(plan.batch, at, bytes, () => {
      const args: number[] = [];
      for (let i = 0; i < inputs.length; i++) args.push(at[i + 3]!, strides[i + 3]![0]! * bytes);
      visit({
        m,
        n,
        depth: k,
        a: matrix(at[1]!, strides[1]!),
        b: matrix(at[2]!, strides[2]!),
        c: matrix(at[0]!, strides[0]!),
        scratch,
        ...(epilogue === undefined ? {} : { args: [...args, ...scalars] }),
      });
    });
  };
  const crew = inputs.some((input) => isSame(input, out)) ? 1 : threads.countFor(cost(plan, bytes));
  if (crew > 1 && m > 1 && n > 1 && m * n * k > 1e6) {
    const { block, own } = sharedBytes(product, plan);
    memory.scratch(block + crew * own, (scratch) =>
      each(scratch + block, (single) => runShared(product, single, threads, crew, scratch, own)),
    );
    return;
  }
  const needed = roundUp(product.scratchBytes(m, n, k), 16);
  memory.scratch(crew * needed, (scratch) => {
    if (crew === 1 || m === 1) each(scratch, (single) => product.run(single));
    else if (n === 1)
      each(scratch, (single) => byRows(product, single, threads.job(scratch, needed), 4 * crew));
    else {
      const job = threads.job(scratch, needed);
      const together = Math.min(64, Math.ceil(plan.batch.size / (8 * crew)));
      let piece: Piece | undefined;
      let left = 0;
      each(OWN, (single) => {
        if (left === 0) {
          if (piece !== undefined) job.add(piece);
          piece = new Piece();
          left = together;
        }
        product.run(single, undefined, piece!.via);
        left--;
      });
      if (piece !== undefined) job.add(piece);
      job.run();
    }
  });
}

/** A matrix times a vector. */
function byRows(product: Matmul, single: Product, job: Job, parts: number): void {
  const { m } = single;
  const rows = roundUp(m / parts, 16);
  for (let from = 0; from < m; from += rows) {
    const piece = new Piece();
    product.run({ ...single, scratch: OWN }, { from, to: Math.min(m, from + rows) }, piece.via);
    job.add(piece);
  }
  job.run();
}

/** An epilogue reads what the product overwrites: what a worker left half done could not be done again. */
const isSame = (a: View, b: View): boolean => a.storage.buffer === b.storage.buffer;

const matrix = (pointer: number, strides: Strides): MatrixView => ({
  pointer,
  rowStride: strides[0]!,
  columnStride: strides[1]!,
});

/** Visits each iteration of the nest with the operands' addresses in `at`. */
function eachBatch({ shape, strides, size }: Loops, at: number[], bytes: number, visit: () => void): void {
  if (size === 1) {
    visit();
    return;
  }
  const walk = (d: number): void => {
    if (d === shape.length) {
      visit();
      return;
    }
    for (let k = 0; k < shape[d]!; k++) {
      walk(d + 1);
      for (let i = 0; i < at.length; i++) at[i]! += strides[i]![d]! * bytes;
    }
    for (let i = 0; i < at.length; i++) at[i]! -= strides[i]![d]! * bytes * shape[d]!;
  };
  walk(0);
}

/** Products of other dtypes, or with a tail that does not fit: by way of whole matrices in a dtype that does. */
function converted(
  runtime: Runtime,
  products: Products,
  map: Kernels['map'],
  plan: MatmulPlan,
  out: View,
  a: View,
  b: View,
  epilogue: Epilogue | undefined,
): void {
  const { memory } = runtime;
  const { m, n, k, batch, strides } = plan;
  const wide: DType =
    elements[a.dtype] !== undefined ? a.dtype : dtypeInfo[a.dtype].category === 'float' ? 'float32' : 'int32';
  const temporary = (dtype: DType, size: number): View => ({
    storage: { buffer: memory.alloc(dtype, size) },
    offset: 0,
    dtype,
  });
  const kept: View[] = [];
  const make = (dtype: DType, size: number): View => {
    const view = temporary(dtype, size);
    kept.push(view);
    return view;
  };
  const wideA = wide === a.dtype ? undefined : make(wide, m * k);
  const wideB = wide === b.dtype ? undefined : make(wide, k * n);
  const sum = make(wide, m * n);
  const between =
    epilogue === undefined || epilogue.kernel.inputs[0] === wide
      ? sum
      : make(epilogue.kernel.inputs[0] ?? wide, m * n);
  const views = [out, a, b, ...(epilogue?.inputs ?? [])];
  const at = views.map((view) => view.offset);
  const here = (i: number): View => ({ storage: views[i]!.storage, offset: at[i]!, dtype: views[i]!.dtype });
  const move = (
    to: View,
    toStrides: Strides,
    from: View,
    fromStrides: Strides,
    rows: number,
    columns: number,
  ): void => {
    if (rows * columns === 0) return;
    const kernel = scalarKernel(load(0, from.dtype), to.dtype);
    map(kernel, loopsOf(rows, columns, [toStrides, fromStrides]), to, [from], []);
  };
  try {
    eachBatch(batch, at, 1, () => {
      if (wideA !== undefined) move(wideA, [k, 1], here(1), strides[1]!, m, k);
      if (wideB !== undefined) move(wideB, [n, 1], here(2), strides[2]!, k, n);
      const single: MatmulPlan = {
        batch: alone,
        m,
        n,
        k,
        strides: [
          [n, 1],
          wideA === undefined ? strides[1]! : [k, 1],
          wideB === undefined ? strides[2]! : [n, 1],
        ],
      };
      multiply(
        runtime,
        products.plain(elements[wide]!),
        single,
        sum,
        wideA ?? here(1),
        wideB ?? here(2),
        undefined,
      );
      if (epilogue === undefined) move(here(0), strides[0]!, sum, [n, 1], m, n);
      else {
        if (between !== sum) move(between, [n, 1], sum, [n, 1], m, n);
        const all = [strides[0]!, [n, 1], ...strides.slice(3)];
        const inputs = epilogue.inputs.map((_, i) => here(i + 3));
        if (m * n > 0)
          map(epilogue.kernel, loopsOf(m, n, all), here(0), [between, ...inputs], epilogue.params);
      }
    });
  } finally {
    for (const view of kept) memory.free(view.storage.buffer as never);
  }
}

const alone: Loops = { size: 1, shape: [1], strides: [] };

function loopsOf(
  rows: number,
  columns: number,
  strides: readonly Strides[],
): Loops & { readonly flat: false } {
  return { flat: false, size: rows * columns, shape: [rows, columns], strides };
}
