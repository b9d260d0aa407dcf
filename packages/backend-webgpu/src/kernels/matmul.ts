import { dtypeInfo, type Kernels, type MatmulPlan, type View } from '@taimatsu/core/backend';
import { pushScalars } from '../codegen/expression.ts';
import { type MatmulClass, type MatmulText, matmulText, tilings } from '../codegen/matmul.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';

interface Compiled {
  readonly program: Program;
  readonly text: MatmulText;
}

export function makeMatmul(queue: Queue): Kernels['matmul'] {
  const compiled = new Map<number, Compiled>();
  const of = (kind: MatmulClass): Compiled => {
    const key = keyOf(kind);
    let known = compiled.get(key);
    if (known === undefined) {
      const text = matmulText(kind);
      known = { program: queue.compile(text), text };
      compiled.set(key, known);
    }
    return known;
  };

  return (plan, out, a, b, epilogue) => {
    const { m, n, k, batch, strides } = plan;
    if (m * n * batch.size === 0) return;
    checkRank(queue, batch.shape.length);
    const extraViews: readonly View[] = epilogue?.inputs ?? [];
    const [aBuffer, bBuffer, ...others] = apart(queue, [out], [a, b, ...extraViews]);
    const kind = classOf(plan, out, a, epilogue?.kernel);
    const { program, text } = of(kind);
    const words = queue.begin();
    if (epilogue !== undefined) pushScalars(words, epilogue.kernel.params, epilogue.params);
    words.int(m).int(n).int(k).int(batch.size);
    const views = [out, a, b, ...text.extras.map((extra) => extraViews[extra - 1]!)];
    const operands = [0, 1, 2, ...text.extras.map((extra) => extra + 2)];
    operands.forEach((operand, i) => {
      words.int(views[i]!.offset).int(strides[operand]![0]!).int(strides[operand]![1]!);
    });
    words.nest(batch, operands);
    const buffers = [bufferOf(out), aBuffer!, bBuffer!, ...text.extras.map((extra) => others[extra - 1]!)];
    const { rows, columns } = kind.tiling;
    queue.run(program, buffers, Math.ceil(m / rows) * Math.ceil(n / columns) * batch.size);
  };
}

function classOf(
  { m, n, batch, strides }: MatmulPlan,
  out: View,
  a: View,
  epilogue: MatmulClass['epilogue'],
): MatmulClass {
  const [aRow, aColumn] = strides[1]! as [number, number];
  const [bRow, bColumn] = strides[2]! as [number, number];
  return {
    tiling: m <= 24 || n <= 24 ? tilings.small : tilings.large,
    input: a.dtype,
    output: out.dtype,
    epilogue,
    batchRank: batch.shape.length,
    aAcross: Math.abs(aRow) < Math.abs(aColumn),
    bAcross: Math.abs(bColumn) < Math.abs(bRow),
  };
}

function keyOf({ tiling, input, output, epilogue, batchRank, aAcross, bAcross }: MatmulClass): number {
  const flags = (tiling === tilings.large ? 4 : 0) + (aAcross ? 2 : 0) + (bAcross ? 1 : 0);
  const dtypes = dtypeInfo[input].id * 16 + dtypeInfo[output].id;
  return (((epilogue?.id ?? -1) + 1) * 16 + batchRank) * 2048 + dtypes * 8 + flags;
}
