import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { addmm } from '../ops/matmul.ts';
import { numelOf } from '../shape/index.ts';

/** input · weightᵀ + bias, over the last dimension of `input`; `weight` is [out, in]. */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  const w = weight.t();
  if (bias == null) return input.matmul(w);
  if (input.ndim === 2 && weight.ndim === 2) return addmm(bias, input, w);
  if (input.ndim > 2 && weight.ndim === 2 && input.isContiguous()) {
    const lead = input.shape.slice(0, -1);
    const rows = input.view([numelOf(lead), input.shape[input.ndim - 1]!]);
    return addmm(bias, rows, w).view([...lead, weight.shape[0]!]);
  }
  return input.matmul(w).add(bias);
}

/** out[…, o] = input1 · weight[o] · input2ᵀ + bias[o], over the last dimensions; `weight` is [out, in1, in2]. */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  checkBilinear(input1, input2, weight, bias);
  const lead = input1.shape.slice(0, -1);
  const [out, in1, in2] = weight.shape as readonly [number, number, number];
  const rows = numelOf(lead);
  const a = input1.reshape([rows, in1]);
  const b = input2.reshape([rows, in2]);
  // [rows, in1] · [in1, out · in2], then for each row [out, in2] · [in2].
  const half = a.mm(weight.transpose(0, 1).reshape([in1, out * in2])).view([rows, out, in2]);
  const result = half.bmm(b.unsqueeze(2)).reshape([...lead, out]);
  return bias == null ? result : result.add(bias);
}

function checkBilinear(a: Tensor, b: Tensor, weight: Tensor, bias: Tensor | null | undefined): void {
  if (a.ndim !== b.ndim) {
    fail('op/argument', {
      text: `bilinear(): input dimensions do not match: got ${a.ndim} and ${b.ndim}`,
    });
  }
  a.shape.slice(0, -1).forEach((size, d) => {
    if (size !== b.shape[d]) {
      fail('op/argument', {
        text: `bilinear(): input batch dimensions do not match at dim ${d}: got ${size} and ${b.shape[d]}`,
      });
    }
  });
  for (const [x, d] of [
    [a, 1],
    [b, 2],
  ] as const) {
    if (x.shape[x.ndim - 1] !== weight.shape[d]) {
      fail('op/argument', {
        text: `bilinear(): input${d} size does not match weight size: got ${x.shape[x.ndim - 1]} but expected ${weight.shape[d]}`,
      });
    }
  }
  if (bias != null && bias.shape[0] !== weight.shape[0]) {
    fail('op/argument', {
      text: `bilinear(): bias size does not match weight size: got ${bias.shape[0]} but expected ${weight.shape[0]}`,
    });
  }
}
