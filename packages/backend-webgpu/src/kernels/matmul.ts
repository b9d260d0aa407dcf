import { dtypeInfo, type Epilogue, type Kernels, type MatmulPlan, type View } from '@taimatsu/core/backend';
import { pushScalars } from '../codegen/expression.ts';
import { type MatmulClass, type MatmulText, matmulSumText, type Tiling } from '../codegen/matmul.ts';
import { directMatmulText } from '../codegen/matmul-direct.ts';
import { tiledMatmulText } from '../codegen/matmul-tiled.ts';
import { SMALL_GROUP } from '../codegen/module.ts';
import type { Along } from '../codegen/operand-blocks.ts';
import type { GpuBuffer } from '../device/buffers.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { sharesOf } from './shares.ts';

interface Compiled {
  readonly program: Program;
  readonly text: MatmulText;
}

const tilings: readonly Tiling[] = [
  { kind: 'tiled', rows: 64, columns: 64 },
  { kind: 'direct', rows: 16, columns: 16 },
  { kind: 'direct', rows: 8, columns: 8 },
  { kind: 'direct', rows: 4, columns: 4 },
];
const [tile, large, medium, small] = tilings as [Tiling, Tiling, Tiling, Tiling];

function tilingFor(m: number, n: number, batches: number, inSoftware: boolean): Tiling {
  if (!inSoftware && m > 32 && n > 32) return tile;
  const pieces = (side: number): number => Math.ceil(m / side) * Math.ceil(n / side) * batches;
  if (inSoftware && m > 8 && n > 8 && pieces(16) >= 32) return large;
  return m > 4 && n > 4 && pieces(8) >= 32 ? medium : small;
}

export function makeMatmul(queue: Queue): Kernels['matmul'] {
  const compiled = new Map<number, Compiled>();
  const of = (kind: MatmulClass, sum: boolean): Compiled => {
    const key = keyOf(kind) * 2 + (sum ? 1 : 0);
    let known = compiled.get(key);
    if (known === undefined) {
      const write = sum ? matmulSumText : kind.tiling.kind === 'tiled' ? tiledMatmulText : directMatmulText;
      const text = write(kind);
      known = { program: queue.compile(text), text };
      compiled.set(key, known);
    }
    return known;
  };

  return (plan, out, a, b, epilogue) => {
    const { m, n, batch } = plan;
    if (m * n * batch.size === 0) return;
    checkRank(queue, batch.shape.length);
    const extraViews: readonly View[] = epilogue?.inputs ?? [];
    const [aBuffer, bBuffer, ...others] = apart(queue, [out], [a, b, ...extraViews]);
    const tiling = tilingFor(m, n, batch.size, queue.inSoftware);
    const tiles = Math.ceil(m / tiling.rows) * Math.ceil(n / tiling.columns) * batch.size;
    const shares = sharesOf(tiles, plan.k);
    const split = shares > 1;
    const kind = classOf(plan, tiling, split, out, a, b, epilogue?.kernel);
    // Shares are added up before the epilogue sees them.
    const { program, text } = of(split ? { ...kind, epilogue: undefined } : kind, false);
    const views = [out, a, b, ...extraViews];
    const extras = (read: MatmulText): GpuBuffer[] => read.extras.map((extra) => others[extra - 1]!);
    const pieces = tiles * shares;
    const run = (target: GpuBuffer, own: Epilogue | undefined): void => {
      push(queue, plan, views, own, shares, text.extras);
      const buffers = [target, aBuffer!, bBuffer!, ...extras(text)];
      if (tiling.kind === 'tiled') queue.run(program, buffers, pieces);
      else queue.runEach(program, buffers, pieces, SMALL_GROUP);
    };
    if (!split) {
      run(bufferOf(out), epilogue);
      return;
    }
    const parts = queue.buffers.alloc(a.dtype, shares * batch.size * m * n);
    run(parts, undefined);
    const sum = of(kind, true);
    push(queue, plan, views, epilogue, shares, sum.text.extras);
    queue.runEach(sum.program, [bufferOf(out), parts, ...extras(sum.text)], batch.size * m * n);
    queue.buffers.free(parts);
  };
}

function push(
  queue: Queue,
  { m, n, k, batch, strides }: MatmulPlan,
  views: readonly View[],
  epilogue: Epilogue | undefined,
  shares: number,
  extras: readonly number[],
): void {
  const words = queue.begin();
  if (epilogue !== undefined) pushScalars(words, epilogue.kernel.params, epilogue.params);
  words.int(m).int(n).int(k).int(batch.size).int(shares);
  const operands = [0, 1, 2, ...extras.map((extra) => extra + 2)];
  for (const i of operands) words.int(views[i]!.offset).int(strides[i]![0]!).int(strides[i]![1]!);
  words.nest(batch, operands);
}

function classOf(
  { batch, strides }: MatmulPlan,
  tiling: Tiling,
  split: boolean,
  out: View,
  a: View,
  b: View,
  epilogue: MatmulClass['epilogue'],
): MatmulClass {
  const along = (view: View, i: number, line: number, step: number): Along => {
    const isWide = (stride: number): boolean =>
      stride % 4 === 0 && view.offset % 4 === 0 && batch.strides[i]!.every((own) => own % 4 === 0);
    if (step === 1 && isWide(line)) return 'steps';
    return line === 1 && isWide(step) ? 'lines' : 'any';
  };
  const [aRow, aColumn] = strides[1]! as [number, number];
  const [bRow, bColumn] = strides[2]! as [number, number];
  return {
    tiling,
    input: a.dtype,
    output: out.dtype,
    epilogue,
    batchRank: batch.shape.length,
    a: along(a, 1, aRow, aColumn),
    b: along(b, 2, bColumn, bRow),
    split,
  };
}

const alongs: readonly Along[] = ['steps', 'lines', 'any'];

function keyOf({ tiling, input, output, epilogue, batchRank, a, b, split }: MatmulClass): number {
  const how = (tilings.indexOf(tiling) * 3 + alongs.indexOf(a)) * 3 + alongs.indexOf(b);
  const dtypes = dtypeInfo[input].id * 16 + dtypeInfo[output].id;
  const layout = (batchRank * 64 + how) * 2 + (split ? 1 : 0);
  return (((epilogue?.id ?? -1) + 1) * 256 + dtypes) * 2048 + layout;
}
