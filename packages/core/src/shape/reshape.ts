import { fail } from '../errors/index.ts';
import { numelOf, type Shape, type Strides } from './shape.ts';

/**
 * `sizes` with its -1, if any, worked out from the number of elements.
 * @throws `shape/infer-two`, `shape/infer-ambiguous`, `shape/negative`, `shape/view-size`
 */
export function inferShape(sizes: Shape, numel: number): Shape {
  let known = 1;
  let unknown = -1;
  for (let d = 0; d < sizes.length; d++) {
    const size = sizes[d]!;
    if (size === -1) {
      if (unknown >= 0) fail('shape/infer-two', { shape: sizes });
      unknown = d;
    } else if (size < 0) fail('shape/negative', { size });
    else known *= size;
  }
  if (unknown < 0) {
    if (known !== numel) fail('shape/view-size', { shape: sizes, numel });
    return sizes;
  }
  if (known === 0 && numel === 0) fail('shape/infer-ambiguous', { shape: sizes });
  if (known === 0 || numel % known !== 0) fail('shape/view-size', { shape: sizes, numel });
  const out = sizes.slice();
  out[unknown] = numel / known;
  return out;
}

/**
 * Strides that show the same memory in another shape, or undefined where only a copy can.
 *
 * Walks both shapes from the innermost dimension: each run of old dimensions that lies in one contiguous
 * stretch must be cut up exactly by new ones.
 */
export function viewStrides(shape: Shape, strides: Strides, to: Shape): number[] | undefined {
  const numel = numelOf(shape);
  const out = new Array<number>(to.length);
  if (numel === 0) return emptyViewStrides(shape, strides, to);
  if (shape.length === 0) return out.fill(1);
  let view = to.length - 1;
  let base = strides[strides.length - 1]!;
  let chunk = 1;
  let filled = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    chunk *= shape[d]!;
    const ends = d === 0 || (shape[d - 1] !== 1 && strides[d - 1] !== chunk * base);
    if (!ends) continue;
    while (view >= 0 && (filled < chunk || to[view] === 1)) {
      out[view] = filled * base;
      filled *= to[view]!;
      view--;
    }
    if (filled !== chunk) return undefined;
    if (d > 0) {
      base = strides[d - 1]!;
      chunk = 1;
      filled = 1;
    }
  }
  return view < 0 ? out : undefined;
}

function emptyViewStrides(shape: Shape, strides: Strides, to: Shape): number[] {
  if (shape.length === to.length && shape.every((size, d) => size === to[d])) return strides.slice();
  const out = new Array<number>(to.length);
  let step = 1;
  for (let d = to.length - 1; d >= 0; d--) {
    out[d] = step;
    step *= Math.max(to[d]!, 1);
  }
  return out;
}
