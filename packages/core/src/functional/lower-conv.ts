import type { Tensor } from '../extend/index.ts';
import type { ConvMode, ConvPlan } from '../kernel/index.ts';
import { numelOf, type Shape } from '../shape/index.ts';
import { foldWindows, viewWindows, type WindowGeometry, withMargins } from './windows.ts';

/**
 * A convolution as products with copied patches, for backends that leave the kernel out. Operands are contiguous;
 * outside the graph.
 */
export function lowerConv(mode: ConvMode, plan: ConvPlan, shape: Shape, a: Tensor, b: Tensor): Tensor {
  const { batch, groups, inChannels, outChannels, kernel, output, input } = plan;
  const windows: WindowGeometry = { ...plan, kernel, output, input };
  const depth = inChannels * numelOf(kernel);
  const pixels = numelOf(output);
  /** [groups, batch · pixels, inChannels · taps] */
  const patches = (x: Tensor): Tensor =>
    viewWindows(withMargins(x.view([batch, groups, inChannels, ...input]), windows, 0), windows)
      .permute([1, 0, 3, 4, 5, 2, 6, 7, 8])
      .reshape([groups, batch * pixels, depth]);
  /** [groups, batch · pixels, outChannels] */
  const rows = (y: Tensor): Tensor =>
    y
      .view([batch, groups, outChannels, pixels])
      .permute([1, 0, 3, 2])
      .reshape([groups, batch * pixels, outChannels]);
  const weights = (w: Tensor): Tensor => w.view([groups, outChannels, depth]);
  switch (mode) {
    case 'forward':
      return patches(a)
        .bmm(weights(b).transpose(1, 2))
        .view([groups, batch, pixels, outChannels])
        .permute([1, 0, 3, 2])
        .reshape(shape);
    case 'weight':
      return rows(b).transpose(1, 2).bmm(patches(a)).reshape(shape);
    case 'input':
      return foldWindows(
        rows(a)
          .bmm(weights(b))
          .view([groups, batch, ...output, inChannels, ...kernel])
          .permute([1, 0, 5, 2, 3, 4, 6, 7, 8]),
        windows,
      ).reshape(shape);
  }
}
