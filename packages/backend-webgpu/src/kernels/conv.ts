import type { ConvMode, ConvPlan, Kernels } from '@taimatsu/core/backend';
import { convText } from '../codegen/conv.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf } from './operands.ts';
import { programsBy } from './programs.ts';

const volume = (size: readonly number[]): number => size.reduce((a, b) => a * b, 1);

function results(mode: ConvMode, { batch, groups, inChannels, outChannels, ...plan }: ConvPlan): number {
  switch (mode) {
    case 'forward':
      return batch * groups * outChannels * volume(plan.output);
    case 'input':
      return batch * groups * inChannels * volume(plan.input);
    case 'weight':
      return groups * outChannels * inChannels * volume(plan.kernel);
  }
}

export function makeConv(queue: Queue): Kernels['conv'] {
  const programOf = programsBy(queue, convText);
  return (mode, plan, out, a, b) => {
    const count = results(mode, plan);
    if (count === 0) return;
    const [first, second] = apart(queue, [out], [a, b]);
    const program = programOf(mode, out.dtype);
    const words = queue.begin().int(count).int(plan.batch).int(plan.groups);
    words.int(plan.inChannels).int(plan.outChannels);
    for (const triple of [plan.input, plan.kernel, plan.output, plan.stride, plan.padding, plan.dilation]) {
      for (const value of triple) words.int(value);
    }
    for (const { offset } of [out, a, b]) words.int(offset);
    queue.runEach(program, [bufferOf(out), first!, second!], count);
  };
}
