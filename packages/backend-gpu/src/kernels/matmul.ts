import { type DType, dtypeInfo, type Expr, type Kernels, load, s } from '@taimatsu/core/backend';
import { runFold } from '../program/fold.ts';
import type { Launcher } from '../program/launcher.ts';
import { fitsTiles, runTiles } from '../program/tiles.ts';

/** Products of matrices are sums of products over the batch, the rows and the columns of the output at once. */
export function makeMatmul(launcher: Launcher): Kernels['matmul'] {
  return (plan, out, a, b, epilogue) => {
    const { batch, m, n, k, strides } = plan;
    const kernel = epilogue?.kernel;
    const along = (operand: number, row: 0 | 1, column: 0 | 1): readonly number[] => [
      ...batch.strides[operand]!,
      row * strides[operand]![0]!,
      column * strides[operand]![1]!,
    ];
    const lateInputs = (epilogue?.inputs ?? []).map((view, i) => ({ view, strides: along(i + 3, 1, 1) }));
    const params = epilogue?.params ?? [];
    if (a.dtype === 'float32' && fitsTiles(launcher, plan)) {
      const end = kernel && {
        key: String(kernel.id),
        body: kernel.body,
        inputs: lateInputs,
        dtypes: kernel.params,
        params,
      };
      runTiles(launcher, plan, out, a, b, end);
      return;
    }
    const fold = {
      key: `matmul ${a.dtype} ${out.dtype} ${kernel?.id ?? ''}`,
      combine: 'sum',
      pre: s.mul(load(0, a.dtype), load(1, b.dtype)),
      post: kernel?.body ?? asStored(a.dtype, out.dtype),
      params: kernel?.params ?? [],
    } as const;
    const loops = {
      shape: [...batch.shape, m, n],
      strides: along(0, 1, 1),
      inputs: [
        { view: a, strides: along(1, 1, 0), inner: [strides[1]![1]!] },
        { view: b, strides: along(2, 0, 1), inner: [strides[2]![0]!] },
      ],
      lateInputs,
      inner: [k],
    };
    runFold(launcher, fold, loops, out, params);
  };
}

/** A sum of integers wraps to their width when it is stored. */
function asStored(from: DType, to: DType): Expr {
  return s.cast(load(0, dtypeInfo[from].category === 'int' ? 'int32' : from), to);
}
