import type { ConvMode, ConvPlan, DType, Triple } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { type KernelArray, lay, list, room, rowMajor } from '../array.ts';
import { type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectClose, values } from '../values.ts';

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

/** Of each mode: what comes out, and what goes in. */
const roles = {
  forward: ['output', 'input', 'weight'],
  input: ['input', 'output', 'weight'],
  weight: ['weight', 'input', 'output'],
} as const;

const place = (sizes: Triple, [d, h, w]: readonly number[]): number => (d! * sizes[1] + h!) * sizes[2] + w!;

const triples = (sizes: Triple): number[][] =>
  Array.from({ length: volume(sizes) }, (_, i) => [
    Math.floor(i / (sizes[1] * sizes[2])),
    Math.floor(i / sizes[2]) % sizes[1],
    i % sizes[2],
  ]);

/** What the plan says, product by product, in doubles; and the sum of the products' magnitudes. */
function meaning(
  mode: ConvMode,
  p: ConvPlan,
  a: readonly number[],
  b: readonly number[],
): { readonly out: Float64Array; readonly size: Float64Array } {
  const count = sizesOf(p)[roles[mode][0]];
  const [out, size] = [new Float64Array(count), new Float64Array(count)];
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
              const product = a[where[x]]! * b[where[y]]!;
              out[where[to]]! += product;
              size[where[to]]! += Math.abs(product);
            }
  return { out, size };
}

const numbers = async (x: KernelArray): Promise<number[]> => (await list(x)).map(Number);

const anyPlan = (['forward', 'input', 'weight'] as const).map((mode) =>
  property(
    `conv/${mode}`,
    (backend) => {
      const { floats, whole } = dtypesOf(backend);
      const dtypes: DType[] = [...floats, ...(['int32', 'int64'] as const).filter((d) => whole.has(d))];
      return fc.tuple(plans, fc.constantFrom(...dtypes), fc.nat());
    },
    async (backend, [plan, dtype, seed]) => {
      const counts = sizesOf(plan);
      const [to, x, y] = roles[mode];
      const a = lay(backend, dtype, [counts[x]], rowMajor, values(dtype, seed));
      const b = lay(backend, dtype, [counts[y]], rowMajor, values(dtype, seed + 1));
      const out = room(backend, dtype, [counts[to]]);
      kernelOf(backend, 'conv')(mode, plan, out, a, b);
      const wanted = meaning(mode, plan, await numbers(a), await numbers(b));
      (await numbers(out)).forEach((value, i) => {
        expectClose(value, wanted.out[i]!, dtype, `${mode} in ${dtype}, element ${i}`, wanted.size[i]!);
      });
    },
  ),
);

export const convChecks: readonly KernelCheck[] = anyPlan;
