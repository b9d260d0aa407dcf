import { type ConvMode, type ConvPlan, type DType, dtypeInfo, type Literal } from '@taimatsu/core/backend';
import { reader, writer } from '../elements.ts';
import type { ConvRunner } from '../kernels/conv.ts';
import { volume } from '../numeric/patches.ts';
import { finish, stepOf } from './matmul.ts';

/** A convolution of any dtype, product by product. */
export function closureConv(dtype: DType): ConvRunner {
  const read = reader(dtype);
  const write = writer(dtype);
  const compute = dtypeInfo[dtype].compute;
  const zero: Literal = compute === 'int64' ? 0n : 0;
  const step = stepOf(compute);
  return (mode, plan, out, outStart, a, aStart, b, bStart) => {
    const size = sizeOf(mode, plan);
    const sums = new Array<Literal>(size).fill(zero);
    eachProduct(plan, (input, weight, output) => {
      const [o, x, y] =
        mode === 'forward'
          ? [output, input, weight]
          : mode === 'input'
            ? [input, output, weight]
            : [weight, input, output];
      sums[o] = step(sums[o]!, read(a, aStart + x), read(b, bStart + y));
    });
    for (let i = 0; i < size; i++) write(out, outStart + i, finish(sums[i]!, compute));
  };
}

function sizeOf(mode: ConvMode, plan: ConvPlan): number {
  const { batch, groups, inChannels, outChannels, input, kernel, output } = plan;
  if (mode === 'weight') return groups * outChannels * inChannels * volume(kernel);
  return mode === 'input'
    ? batch * groups * inChannels * volume(input)
    : batch * groups * outChannels * volume(output);
}

/** Visits every product that the convolution is made of, by the places of its three factors. */
function eachProduct(plan: ConvPlan, visit: (input: number, weight: number, output: number) => void): void {
  const { batch, groups, inChannels, outChannels, input, kernel, output } = plan;
  const pixels = volume(output);
  const taps = volume(kernel);
  for (let n = 0; n < batch; n++) {
    for (let g = 0; g < groups; g++) {
      for (let co = 0; co < outChannels; co++) {
        const channel = g * outChannels + co;
        for (let ci = 0; ci < inChannels; ci++) {
          const image = (n * groups * inChannels + g * inChannels + ci) * volume(input);
          for (let o = 0; o < pixels; o++) {
            for (let k = 0; k < taps; k++) {
              const at = placeOf(o, k, plan);
              if (at < 0) continue;
              const weight = (channel * inChannels + ci) * taps + k;
              visit(image + at, weight, (n * groups * outChannels + channel) * pixels + o);
            }
          }
        }
      }
    }
  }
}

/** Where in its image an output position and a kernel position meet; -1 for outside. */
function placeOf(
  o: number,
  k: number,
  { input, kernel, output, stride, padding, dilation }: ConvPlan,
): number {
  let place = 0;
  let unit = 1;
  for (let axis = 2; axis >= 0; axis--) {
    const i = axis as 0 | 1 | 2;
    const at = (o % output[i]) * stride[i] - padding[i] + (k % kernel[i]) * dilation[i];
    if (at < 0 || at >= input[i]) return -1;
    place += at * unit;
    unit *= input[i];
    o = Math.floor(o / output[i]);
    k = Math.floor(k / kernel[i]);
  }
  return place;
}
