import { type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import type { Shape } from '../shape/index.ts';
import { aliasTensor } from '../tensor/index.ts';
import { constantPadNd } from './pad.ts';

/** Windows over the last dimensions, a number for each of them in every list. */
export interface WindowGeometry {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** In front of the input; behind it is as much as the windows reach. */
  readonly padding: readonly number[];
  /** How many windows there are. */
  readonly output: readonly number[];
  /** Sizes of the input. */
  readonly input: readonly number[];
}

/** Sizes with margins: at least what the windows reach. */
function paddedSizes(w: WindowGeometry): number[] {
  return w.input.map((n, d) => {
    const reach = (w.output[d]! - 1) * w.stride[d]! + w.dilation[d]! * (w.kernel[d]! - 1) + 1;
    return Math.max(reach, n + w.padding[d]!);
  });
}

/** Padding in `constantPadNd`'s order. */
export function marginsOf(w: WindowGeometry): number[] {
  const sizes = paddedSizes(w);
  return w.input
    .flatMap((n, d) => [[w.padding[d]!, sizes[d]! - n - w.padding[d]!]])
    .reverse()
    .flat();
}

/** The input with margins of `value` as wide as the windows need; itself if they need none. */
export function withMargins(x: Tensor, w: WindowGeometry, value: number): Tensor {
  const margins = marginsOf(w);
  return margins.every((n) => n === 0) ? x : constantPadNd(x, margins, value);
}

/** All windows of a tensor with margins as a view [..., ...output, ...kernel], unknown to autograd. */
export function viewWindows(x: Tensor, w: WindowGeometry): Tensor {
  const lead = x.ndim - w.kernel.length;
  const own = x.strides.slice(lead);
  return aliasTensor(
    x,
    [...x.shape.slice(0, lead), ...w.output, ...w.kernel],
    [
      ...x.strides.slice(0, lead),
      ...own.map((stride, d) => stride * w.stride[d]!),
      ...own.map((stride, d) => stride * w.dilation[d]!),
    ],
  );
}

interface FoldAttrs {
  readonly windows: WindowGeometry;
  readonly lead: Shape;
}

const unfoldRecord: GradRecord<FoldAttrs> = {
  name: 'Im2ColBackward0',
  grads: [{ vjp: (g, c) => foldWindows(g, c.attrs.windows) }],
};
const foldRecord: GradRecord<FoldAttrs> = {
  name: 'Col2ImBackward0',
  grads: [{ vjp: (g, c) => unfoldWindows(g, c.attrs.windows) }],
};

/** Copies of all windows, [..., ...output, ...kernel]; what is outside the input is 0. Differentiable. */
export function unfoldWindows(x: Tensor, windows: WindowGeometry): Tensor {
  const out = noGrad(() => viewWindows(withMargins(x.detach(), windows, 0), windows).clone());
  const lead = x.shape.slice(0, x.ndim - windows.kernel.length);
  return track(unfoldRecord, out, [x], { windows, lead });
}

/** Windows [..., ...output, ...kernel] added up where they lie in the input; what is outside is dropped. Differentiable. */
export function foldWindows(parts: Tensor, windows: WindowGeometry): Tensor {
  const lead = parts.shape.slice(0, parts.ndim - 2 * windows.kernel.length);
  const out = noGrad(() => {
    const sizes = paddedSizes(windows);
    const sum = parts.detach().newZeros([...lead, ...sizes]);
    if (parts.numel() > 0) addWindows(sum, parts.detach(), windows);
    const margins = marginsOf(windows).map((n) => -n);
    return margins.every((n) => n === 0) ? sum : constantPadNd(sum, margins);
  });
  return track(foldRecord, out.detach(), [parts], { windows, lead });
}

function addWindows(sum: Tensor, parts: Tensor, w: WindowGeometry): void {
  const apart = w.kernel.every((n, d) => w.stride[d]! > w.dilation[d]! * (n - 1));
  if (apart) {
    viewWindows(sum, w).copy_(parts);
    return;
  }
  // Elements at the same place of all windows never meet: one pass for each place.
  const rank = w.kernel.length;
  const places = viewWindows(sum, w);
  const total = w.kernel.reduce((a, b) => a * b, 1);
  const outer = sum.ndim;
  for (let k = 0; k < total; k++) {
    let rest = k;
    let to = places.offset;
    let from = parts.offset;
    for (let d = rank - 1; d >= 0; d--) {
      const at = rest % w.kernel[d]!;
      rest = Math.floor(rest / w.kernel[d]!);
      to += at * places.strides[outer + d]!;
      from += at * parts.strides[outer + d]!;
    }
    const shape = places.shape.slice(0, outer);
    aliasTensor(sum, shape, places.strides.slice(0, outer), to).add_(
      aliasTensor(parts, shape, parts.strides.slice(0, outer), from),
    );
  }
}
