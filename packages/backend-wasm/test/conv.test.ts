import type { ConvMode, ConvPlan, DType, Literal } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backend, kernel, lay, list, rowMajor, stored, values } from './support.ts';

type Triple = readonly [number, number, number];

const triple = (least: number, most: number): fc.Arbitrary<Triple> =>
  fc.tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: least, max: most }),
    fc.integer({ min: least, max: most }),
  );
const steps = (least: number, most: number): fc.Arbitrary<Triple> => {
  const one = fc.integer({ min: least, max: most });
  return fc.tuple(one, one, one);
};

const plans: fc.Arbitrary<ConvPlan> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 2 }),
  inChannels: fc.integer({ min: 1, max: 3 }),
  outChannels: fc.integer({ min: 1, max: 3 }),
  input: triple(1, 7),
  kernel: triple(1, 3),
  output: triple(1, 7),
  stride: steps(1, 3),
  padding: steps(-1, 2),
  dilation: steps(1, 2),
});

const volume = ([d, h, w]: Triple): number => d * h * w;

/** Calls `visit` with the places in output, input and weight that a product joins. */
function joined(p: ConvPlan, visit: (output: number, input: number, weight: number) => void): void {
  const spread = (k: number, [, h, w]: Triple): Triple => [
    Math.floor(k / (h * w)),
    Math.floor(k / w) % h,
    k % w,
  ];
  for (let n = 0; n < p.batch; n++) {
    for (let co = 0; co < p.groups * p.outChannels; co++) {
      for (let ci = 0; ci < p.inChannels; ci++) {
        const channel = Math.floor(co / p.outChannels) * p.inChannels + ci;
        for (let o = 0; o < volume(p.output); o++) {
          for (let k = 0; k < volume(p.kernel); k++) {
            const [at, tap] = [spread(o, p.output), spread(k, p.kernel)];
            const i = [0, 1, 2].map((d) => at[d]! * p.stride[d]! - p.padding[d]! + tap[d]! * p.dilation[d]!);
            if (i.some((x, d) => x < 0 || x >= p.input[d]!)) continue;
            const pixel = (i[0]! * p.input[1] + i[1]!) * p.input[2] + i[2]!;
            visit(
              (n * p.groups * p.outChannels + co) * volume(p.output) + o,
              (n * p.groups * p.inChannels + channel) * volume(p.input) + pixel,
              (co * p.inChannels + ci) * volume(p.kernel) + k,
            );
          }
        }
      }
    }
  }
}

test.each(['forward', 'input', 'weight'] as const)('%s against the definition', (mode: ConvMode) => {
  fc.assert(
    fc.property(
      plans,
      fc.constantFrom('float32', 'float64', 'int64', 'int16', 'float16' as const),
      fc.nat(),
      (plan, dtype: DType, seed) => {
        const sizes = {
          output: plan.batch * plan.groups * plan.outChannels * volume(plan.output),
          input: plan.batch * plan.groups * plan.inChannels * volume(plan.input),
          weight: plan.groups * plan.outChannels * plan.inChannels * volume(plan.kernel),
        };
        const names = {
          forward: ['output', 'input', 'weight'],
          input: ['input', 'output', 'weight'],
          weight: ['weight', 'input', 'output'],
        }[mode] as readonly (keyof typeof sizes)[];
        const integers = values('int8', seed, true);
        const whole = (): Literal => stored(Number(integers()), dtype === 'int64' ? 'int8' : dtype);
        const source = (): Literal => (dtype === 'int64' ? BigInt(whole()) : whole());
        const [out, a, b] = names.map((name, i) =>
          lay(backend, dtype, [sizes[name]], rowMajor, i === 0 ? undefined : source),
        );
        kernel(backend, 'conv')(mode, plan, out!, a!, b!);
        const [x, y] = [list(a!).map(Number), list(b!).map(Number)];
        const expected = new Array<number>(sizes[names[0]!]).fill(0);
        joined(plan, (output, input, weight) => {
          if (mode === 'forward') expected[output]! += x[input]! * y[weight]!;
          else if (mode === 'input') expected[input]! += x[output]! * y[weight]!;
          else expected[weight]! += x[input]! * y[output]!;
        });
        expect(list(out!).map(Number)).toEqual(expected.map((v) => v + 0));
      },
    ),
    { numRuns: 60 },
  );
});
