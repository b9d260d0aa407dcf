import type { ConvPlan, Triple } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
import { kernel, type Laid, lay, plain, read, values } from './support.ts';

/** Calls `meet` with the row-major positions of each input, weight and output element that belong together. */
function eachMeeting(p: ConvPlan, meet: (input: number, weight: number, output: number) => void): void {
  const flat = ([a, b, c]: readonly number[], [, y, z]: Triple): number => (a! * y + b!) * z + c!;
  const volume = ([x, y, z]: Triple): number => x * y * z;
  const each = ([x, y, z]: Triple, call: (at: readonly number[]) => void): void => {
    for (let a = 0; a < x; a++) for (let b = 0; b < y; b++) for (let c = 0; c < z; c++) call([a, b, c]);
  };
  for (let n = 0; n < p.batch; n++) {
    for (let g = 0; g < p.groups; g++) {
      for (let oc = 0; oc < p.outChannels; oc++) {
        for (let ic = 0; ic < p.inChannels; ic++) {
          each(p.output, (o) => {
            each(p.kernel, (k) => {
              const i = o.map((x, d) => x * p.stride[d]! - p.padding[d]! + k[d]! * p.dilation[d]!);
              if (i.some((x, d) => x < 0 || x >= p.input[d]!)) return;
              const inPlane = (n * p.groups + g) * p.inChannels + ic;
              const outPlane = (n * p.groups + g) * p.outChannels + oc;
              const kernelPlane = (g * p.outChannels + oc) * p.inChannels + ic;
              meet(
                inPlane * volume(p.input) + flat(i, p.input),
                kernelPlane * volume(p.kernel) + flat(k, p.kernel),
                outPlane * volume(p.output) + flat(o, p.output),
              );
            });
          });
        }
      }
    }
  }
}

const base = {
  batch: 2,
  groups: 2,
  inChannels: 2,
  outChannels: 3,
  input: [1, 6, 5],
  kernel: [1, 3, 2],
} as const;
const plans: readonly ConvPlan[] = [
  { ...base, output: [1, 4, 4], stride: [1, 1, 1], padding: [0, 0, 0], dilation: [1, 1, 1] },
  // One that is worth sharing out, in each mode.
  {
    ...base,
    batch: 10,
    groups: 1,
    inChannels: 33,
    outChannels: 17,
    output: [1, 6, 5],
    stride: [1, 1, 1],
    padding: [0, 1, 1],
    dilation: [1, 1, 1],
  },
  { ...base, output: [1, 3, 4], stride: [1, 2, 2], padding: [0, 1, 2], dilation: [1, 1, 2] },
  {
    ...base,
    input: [3, 4, 4],
    kernel: [2, 2, 1],
    output: [2, 3, 4],
    stride: [2, 1, 1],
    padding: [1, 0, 0],
    dilation: [1, 1, 1],
  },
];

onDevice('conv', (backend) => {
  test.each(plans)('forward and both gradients %#', async (plan) => {
    const volume = (t: Triple): number => t[0] * t[1] * t[2];
    const made = (channels: number, size: Triple, seed: number): Laid =>
      lay(backend, 'float32', [channels * volume(size)], plain, values('float32', seed, true));
    const { batch, groups, inChannels, outChannels } = plan;
    const input = made(batch * groups * inChannels, plan.input, 1);
    const weight = made(groups * outChannels * inChannels, plan.kernel, 2);
    const output = made(batch * groups * outChannels, plan.output, 3);
    const all = { input, weight, output };
    for (const [mode, out, a, b] of [
      ['forward', 'output', 'input', 'weight'],
      ['input', 'input', 'output', 'weight'],
      ['weight', 'weight', 'input', 'output'],
    ] as const) {
      const result = lay(backend, 'float32', all[out].shape, plain, () => 9);
      kernel(backend, 'conv')(mode, plan, result, all[a], all[b]);
      const want = new Array<number>(all[out].values.length).fill(0);
      eachMeeting(plan, (i, w, o) => {
        const at = { input: i, weight: w, output: o };
        want[at[out]]! += Number(all[a].values[at[a]]) * Number(all[b].values[at[b]]);
      });
      const got = await read(backend, result);
      for (const [i, x] of want.entries()) expect(Math.abs(Number(got[i]) - x)).toBeLessThan(2e-3);
    }
  });
});
