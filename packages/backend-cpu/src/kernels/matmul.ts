import type { DType, ElementArray, Epilogue, Kernels, MatmulPlan, View } from '@taimatsu/core/backend';
import { elementArray } from '@taimatsu/core/backend';
import { closureProduct } from '../closures/matmul.ts';
import { startsOf, walk } from '../closures/walk.ts';
import { bufferOf, CpuBuffer } from '../memory.ts';

type Pair = readonly [row: number, column: number];

/** One product: arrays, sizes, strides of output, a and b, and where each begins. */
export type ProductRunner = (
  out: ElementArray,
  a: ElementArray,
  b: ElementArray,
  sizes: { readonly m: number; readonly n: number; readonly k: number },
  strides: readonly [Pair, Pair, Pair],
  at: readonly number[],
) => void;

export function makeMatmul(map: Kernels['map']): Kernels['matmul'] {
  const runners = new Map<string, ProductRunner>();
  const product = (dtype: DType, output: DType): ProductRunner => {
    const key = `${dtype} ${output}`;
    let run = runners.get(key);
    if (run === undefined) {
      run = closureProduct(dtype, output);
      runners.set(key, run);
    }
    return run;
  };
  return (plan, out, a, b, epilogue) => {
    if (epilogue !== undefined) {
      withEpilogue(plan, out, a, b, epilogue, product, map);
      return;
    }
    const run = product(a.dtype, out.dtype);
    const strides = plan.strides as unknown as readonly [Pair, Pair, Pair];
    const data = [out, a, b].map((view) => bufferOf(view).data) as [ElementArray, ElementArray, ElementArray];
    const at = startsOf([out, a, b]);
    walk(plan.batch, at, () => run(...data, plan, strides, at));
  };
}

/** Products go to a scratch matrix, from which the epilogue's kernel makes the output. */
function withEpilogue(
  plan: MatmulPlan,
  out: View,
  a: View,
  b: View,
  { kernel, inputs, params }: Epilogue,
  product: (dtype: DType, output: DType) => ProductRunner,
  map: Kernels['map'],
): void {
  const { m, n, batch } = plan;
  const dtype = kernel.inputs[0] ?? a.dtype;
  const scratch = new CpuBuffer(dtype, elementArray(dtype, m * n), 0, m * n);
  const scratchStrides: Pair = [n, 1];
  const [outStrides, aStrides, bStrides, ...others] = plan.strides as unknown as [
    Pair,
    Pair,
    Pair,
    ...Pair[],
  ];
  const mapPlan = {
    flat: false,
    size: m * n,
    shape: [m, n],
    strides: [outStrides, scratchStrides, ...others],
  };
  const run = product(a.dtype, dtype);
  const views = [out, a, b, ...inputs];
  const buffers = views.map(bufferOf);
  const at = startsOf(views);
  const place = (i: number): View => ({
    storage: { buffer: buffers[i]! },
    offset: at[i]! - buffers[i]!.start,
    dtype: views[i]!.dtype,
  });
  const product2d: View = { storage: { buffer: scratch }, offset: 0, dtype };
  walk(batch, at, () => {
    run(
      scratch.data,
      buffers[1]!.data,
      buffers[2]!.data,
      plan,
      [scratchStrides, aStrides, bStrides],
      [0, at[1]!, at[2]!],
    );
    if (m * n > 0) map(kernel, mapPlan, place(0), [product2d, ...inputs.map((_, i) => place(i + 3))], params);
  });
}
