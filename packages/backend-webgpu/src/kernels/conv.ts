import { type ConvMode, type ConvPlan, dtypeInfo, type Kernels } from '@taimatsu/core/backend';
import { type ConvClass, convSumText, convText } from '../codegen/conv.ts';
import { SMALL_GROUP } from '../codegen/module.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf } from './operands.ts';
import { programsBy } from './programs.ts';
import { sharesOf } from './shares.ts';

const volume = (size: readonly number[]): number => size.reduce((a, b) => a * b, 1);

interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly steps: number;
}

/** The product that a convolution is in each group. */
function sizesOf(mode: ConvMode, plan: ConvPlan): Sizes {
  const { batch, inChannels, outChannels, input, kernel, output } = plan;
  switch (mode) {
    case 'forward':
      return { rows: outChannels, columns: batch * volume(output), steps: inChannels * volume(kernel) };
    case 'input':
      return { rows: inChannels, columns: batch * volume(input), steps: outChannels * volume(kernel) };
    case 'weight':
      return { rows: outChannels, columns: inChannels * volume(kernel), steps: batch * volume(output) };
  }
}

const modes: readonly ConvMode[] = ['forward', 'input', 'weight'];

function keyOf({ mode, dtype, rows, columns, deep, dense, split }: ConvClass): number {
  const flags = (deep ? 1 : 0) + (dense ? 2 : 0) + (split ? 4 : 0);
  return (((dtypeInfo[dtype].id * 3 + modes.indexOf(mode)) * 32 + rows) * 16 + columns) * 8 + flags;
}

export function makeConv(queue: Queue): Kernels['conv'] {
  const programs = new Map<number, Program>();
  const programOf = (kind: ConvClass): Program => {
    const key = keyOf(kind);
    let program = programs.get(key);
    if (program === undefined) {
      program = queue.compile(convText(kind));
      programs.set(key, program);
    }
    return program;
  };
  const sumOf = programsBy(queue, convSumText);

  return (mode, plan, out, a, b) => {
    const { groups } = plan;
    const sizes = sizesOf(mode, plan);
    const count = groups * sizes.rows * sizes.columns;
    if (count === 0) return;
    const [first, second] = apart(queue, [out], [a, b]);
    const most = queue.inSoftware ? 16 : 8;
    const rows = sizes.rows <= 4 ? 4 : sizes.rows <= 8 ? 8 : most;
    const columns = sizes.columns <= 4 ? 4 : 8;
    const pieces = Math.ceil(sizes.rows / rows) * Math.ceil(sizes.columns / columns) * groups;
    const shares = sharesOf(pieces, sizes.steps);
    const triples = [plan.input, plan.kernel, plan.output, plan.stride, plan.padding, plan.dilation];
    const program = programOf({
      mode,
      dtype: out.dtype,
      rows,
      columns,
      deep: plan.input[0] * plan.kernel[0] * plan.output[0] !== 1 || plan.padding[0] !== 0,
      dense: plan.stride.every((stride) => stride === 1),
      split: shares > 1,
    });
    const words = queue.begin().int(plan.batch).int(groups).int(plan.inChannels).int(plan.outChannels);
    for (const triple of triples) for (const value of triple) words.int(value);
    for (const { offset } of [out, a, b]) words.int(offset);
    words.int(shares);
    const parts = shares > 1 ? queue.buffers.alloc(out.dtype, shares * count) : undefined;
    queue.runEach(program, [parts ?? bufferOf(out), first!, second!], pieces * shares, SMALL_GROUP);
    if (parts === undefined) return;
    const sum = sumOf(out.dtype);
    queue.begin().int(count).int(shares).int(out.offset);
    queue.runEach(sum, [bufferOf(out), parts], count);
    queue.buffers.free(parts);
  };
}
