import { type ConvMode, type ConvPlan, type DType, dtypeInfo, type Triple } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Array_, floats, kernel, lay, list, modes, rowMajor, values } from './support.ts';

const sizes = (min: number, max: number): fc.Arbitrary<Triple> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.integer({ min, max }));

const plans: fc.Arbitrary<ConvPlan> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 2 }),
  inChannels: fc.integer({ min: 1, max: 5 }),
  outChannels: fc.integer({ min: 1, max: 6 }),
  input: sizes(1, 5),
  kernel: sizes(1, 3),
  output: sizes(1, 4),
  stride: sizes(1, 3),
  padding: sizes(-1, 3),
  dilation: sizes(1, 2),
});

const volume = ([d, h, w]: Triple): number => d * h * w;

const sizesOf = (p: ConvPlan): Record<'input' | 'weight' | 'output', number> => ({
  input: p.batch * p.groups * p.inChannels * volume(p.input),
  weight: p.groups * p.outChannels * p.inChannels * volume(p.kernel),
  output: p.batch * p.groups * p.outChannels * volume(p.output),
});

const roles = {
  forward: ['output', 'input', 'weight'],
  input: ['input', 'output', 'weight'],
  weight: ['weight', 'input', 'output'],
} as const;

/** What the plan says, product by product, in doubles. */
function expected(
  mode: ConvMode,
  p: ConvPlan,
  a: readonly number[],
  b: readonly number[],
  size: number,
): number[] {
  const out = new Array<number>(size).fill(0);
  const place = (sizes: Triple, [d, h, w]: readonly number[]): number => (d! * sizes[1] + h!) * sizes[2] + w!;
  const triples = (sizes: Triple): number[][] =>
    Array.from({ length: volume(sizes) }, (_, i) => [
      Math.floor(i / (sizes[1] * sizes[2])),
      Math.floor(i / sizes[2]) % sizes[1],
      i % sizes[2],
    ]);
  for (let n = 0; n < p.batch; n++)
    for (let g = 0; g < p.groups; g++)
      for (let co = 0; co < p.outChannels; co++)
        for (let ci = 0; ci < p.inChannels; ci++)
          for (const o of triples(p.output))
            for (const k of triples(p.kernel)) {
              const at = o.map((x, i) => x * p.stride[i]! - p.padding[i]! + k[i]! * p.dilation[i]!);
              if (at.some((x, i) => x < 0 || x >= p.input[i]!)) continue;
              const channel = g * p.outChannels + co;
              const where = {
                input: ((n * p.groups + g) * p.inChannels + ci) * volume(p.input) + place(p.input, at),
                weight: (channel * p.inChannels + ci) * volume(p.kernel) + place(p.kernel, k),
                output: (n * p.groups * p.outChannels + channel) * volume(p.output) + place(p.output, o),
              };
              const [to, x, y] = roles[mode];
              out[where[to]]! += a[where[x]]! * b[where[y]]!;
            }
  return out;
}

const numbers = (x: Array_): number[] => list(x).map(Number);
const tolerance: { readonly [dtype: string]: number } = { float16: 2e-3, bfloat16: 2e-2, float32: 1e-5 };

describe.each(modes)('conv, %s', (_, backend) => {
  test('every mode does what the plan says, whatever the sizes', () => {
    fc.assert(
      fc.property(
        plans,
        fc.constantFrom<ConvMode>('forward', 'input', 'weight'),
        fc.constantFrom<DType>(...floats, 'int32', 'int64'),
        fc.nat(),
        (plan, mode, dtype, seed) => {
          const counts = sizesOf(plan);
          const [to, x, y] = roles[mode];
          const a = lay(backend, dtype, [counts[x]], rowMajor, values(dtype, seed, true));
          const b = lay(backend, dtype, [counts[y]], rowMajor, values(dtype, seed + 1, true));
          const out = lay(backend, dtype, [counts[to]], rowMajor, undefined, true);
          kernel(backend, 'conv')(mode, plan, out, a, b);
          const got = numbers(out);
          const wanted = expected(mode, plan, numbers(a), numbers(b), got.length);
          const exact = dtypeInfo[dtype].category !== 'float';
          got.forEach((value, i) => {
            if (exact) expect(value).toBe(wanted[i]);
            else {
              const error = Math.abs(value - wanted[i]!);
              expect(error).toBeLessThanOrEqual((tolerance[dtype] ?? 1e-12) * (1 + Math.abs(wanted[i]!)));
            }
          });
        },
      ),
      { numRuns: 150 },
    );
  });
});
