import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import { indexVector } from './tables.ts';

const list = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;

const constantRecord: GradRecord<readonly number[]> = {
  name: 'ConstantPadNdBackward0',
  grads: [
    {
      vjp: (g, c) =>
        constantPadNd(
          g,
          c.attrs.map((n) => -n),
        ),
    },
  ],
};

/** `value` around the tensor: `pad` has before and after of the last dimension, then of the one before, and so on. Negative numbers cut. */
export function constantPadNd(input: Tensor, pad: readonly number[], value = 0): Tensor {
  if (pad.length % 2 !== 0) {
    fail('op/argument', { text: `Length of pad must be even but instead it equals ${pad.length}` });
  }
  if (input.ndim * 2 < pad.length) {
    fail('op/argument', {
      text: `Length of pad should be no more than twice the number of dimensions of the input. Pad length is ${pad.length} while the input has ${input.ndim} dimensions.`,
    });
  }
  const shape = [...input.shape];
  const before = new Array<number>(input.ndim).fill(0);
  for (let i = 0; 2 * i < pad.length; i++) {
    const d = input.ndim - 1 - i;
    before[d] = pad[2 * i]!;
    shape[d] = input.shape[d]! + pad[2 * i]! + pad[2 * i + 1]!;
    if (shape[d] < 0) {
      fail('op/argument', {
        text: `The input size ${input.shape[d]}, plus negative padding ${pad[2 * i]} and ${pad[2 * i + 1]} resulted in a negative output size, which is invalid. Check dimension ${d} of your input.`,
      });
    }
  }
  const out = noGrad(() => {
    const filled = input.detach().newFull(shape, value);
    let from = input.detach();
    let to = filled;
    for (let d = 0; d < shape.length; d++) {
      const start = Math.max(0, -before[d]!);
      const at = Math.max(0, before[d]!);
      const length = Math.min(input.shape[d]! - start, shape[d]! - at);
      if (length <= 0) return filled;
      from = from.narrow(d, start, length);
      to = to.narrow(d, at, length);
    }
    to.copy_(from);
    return filled;
  });
  return track(constantRecord, out.detach(), [input], pad);
}

interface IndexedPad {
  /** For each padded dimension where its elements come from. */
  readonly sources: readonly { readonly axis: number; readonly index: Tensor }[];
  readonly shape: readonly number[];
}

const indexedRecord = (name: string): GradRecord<IndexedPad> => ({
  name,
  grads: [
    {
      vjp: (g, c) => {
        let grad = g;
        for (const { axis, index } of [...c.attrs.sources].reverse()) {
          const shape = grad.shape.map((n, d) => (d === axis ? c.attrs.shape[d]! : n));
          grad = grad.newZeros(shape).indexAdd(axis, index, grad);
        }
        return grad;
      },
    },
  ],
});

const indexed = {
  reflect: [1, 2, 3].map((rank) => indexedRecord(`ReflectionPad${rank}DBackward0`)),
  replicate: [1, 2, 3].map((rank) => indexedRecord(`ReplicationPad${rank}DBackward0`)),
} as const;

/** Which element of a row of `size` each element of the padded row shows. */
function sourcesOf(mode: 'reflect' | 'replicate', size: number, before: number, after: number): number[] {
  return Array.from({ length: size + before + after }, (_, i) => {
    const at = i - before;
    if (mode === 'replicate') return Math.min(Math.max(at, 0), size - 1);
    return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  });
}

function checkIndexed(mode: 'reflect' | 'replicate', input: Tensor, pad: readonly number[]): void {
  const rank = pad.length / 2;
  const valid = input.ndim === rank + 1 || input.ndim === rank + 2;
  if (!valid) {
    fail('op/not-implemented', {
      text: 'Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now',
    });
  }
  for (let i = 0; i < rank; i++) {
    const d = input.ndim - 1 - i;
    const size = input.shape[d]!;
    const [a, b] = [pad[2 * i]!, pad[2 * i + 1]!];
    if (mode === 'reflect' && (a >= size || b >= size)) {
      fail('op/argument', {
        text: `Argument #${4 + 2 * i}: Padding size should be less than the corresponding input dimension, but got: padding (${a}, ${b}) at dimension ${d} of input ${list(input.shape)}`,
      });
    }
    if (size + a + b < 1) {
      fail('op/argument', {
        text: `input (${input.shape.slice(-rank).join('x')}) is too small.`,
      });
    }
  }
  if (!isFloatingPoint(input.dtype) && input.dtype === 'bool') {
    fail('dtype/not-implemented', {
      kernel: `${mode === 'reflect' ? 'reflection' : 'replication'}_pad${rank}d`,
      dtype: 'Bool',
    });
  }
}

function indexedPad(mode: 'reflect' | 'replicate', input: Tensor, pad: readonly number[]): Tensor {
  checkIndexed(mode, input, pad);
  const rank = pad.length / 2;
  const sources = Array.from({ length: rank }, (_, i) => {
    const axis = input.ndim - 1 - i;
    const index = sourcesOf(mode, input.shape[axis]!, pad[2 * i]!, pad[2 * i + 1]!);
    return { axis, index: indexVector(input, index) };
  });
  const out = noGrad(() => {
    let x = input.detach();
    for (const { axis, index } of sources) x = x.indexSelect(axis, index);
    return x;
  });
  return track(indexed[mode][rank - 1]!, out, [input], { sources, shape: input.shape });
}

/** The tensor with what is at its other end around it: copied piece by piece into new memory, as in PyTorch. */
function circularPad(input: Tensor, pad: readonly number[]): Tensor {
  const rank = pad.length / 2;
  if (input.ndim !== rank + 2 && input.ndim !== rank + 1) {
    fail('op/argument', { text: 'Invalid padding size, expected 1, 2 or 3 spatial dimensions' });
  }
  const first = input.ndim - rank;
  const sides = Array.from({ length: rank }, (_, i) => {
    const at = 2 * (rank - 1 - i);
    return [pad[at]!, pad[at + 1]!] as const;
  });
  sides.forEach(([a, b], i) => {
    const size = input.shape[first + i]!;
    if (a > size || b > size) {
      fail('op/argument', { text: 'Padding value causes wrapping around more than once.' });
    }
    if (a + b + size < 0) {
      fail('op/argument', { text: 'Negative padding value is resulting in an empty dimension' });
    }
  });
  const shape = input.shape.map((n, d) => (d < first ? n : n + sides[d - first]![0] + sides[d - first]![1]));
  const out = input.detach().newEmpty(shape);
  let to = out;
  let from = input;
  sides.forEach(([a, b], i) => {
    const d = first + i;
    to = to.slice(d, Math.max(a, 0), shape[d]! - Math.max(b, 0));
    from = from.slice(d, Math.max(-a, 0), input.shape[d]! - Math.max(-b, 0));
  });
  to.copy_(from);
  sides.forEach(([a, b], i) => {
    const d = first + i;
    const size = shape[d]!;
    if (a > 0) out.slice(d, 0, a).copy_(out.slice(d, size - a - Math.max(b, 0), size - Math.max(b, 0)));
    if (b > 0) out.slice(d, size - b).copy_(out.slice(d, Math.max(a, 0), Math.max(a, 0) + b));
  });
  return out;
}

/** Keyword arguments of {@link pad}. */
export interface PadOptions {
  /** What goes around: `constant`, `reflect` (mirrored without the edge), `replicate` (the edge) or `circular`. Default `constant`. */
  readonly mode?: 'constant' | 'reflect' | 'replicate' | 'circular' | undefined;
  /** The constant. Default 0. */
  readonly value?: number | null | undefined;
}

/** More around the tensor: `pad` has before and after of the last dimension, then of the one before, and so on. */
export function pad(input: Tensor, pad: readonly number[], options: PadOptions = {}): Tensor {
  const { mode = 'constant', value } = options;
  if (pad.length % 2 !== 0) fail('op/argument', { text: 'Padding length must be divisible by 2' });
  if (pad.length > 2 * input.ndim) {
    fail('op/argument', {
      text: `Padding length too large`,
    });
  }
  if (mode === 'constant') return constantPadNd(input, pad, value ?? 0);
  if (value != null && value !== 0) {
    fail('op/argument', { text: `Padding mode "${mode}" doesn't take in value argument` });
  }
  if (mode !== 'reflect' && mode !== 'replicate' && mode !== 'circular') {
    fail('op/not-implemented', { text: `Unrecognised padding mode ${String(mode)}` });
  }
  const rank = pad.length / 2;
  const fits = rank >= 1 && rank <= 3 && (input.ndim === rank + 1 || input.ndim === rank + 2);
  if (!fits) {
    fail('op/not-implemented', {
      text: 'Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now',
    });
  }
  return mode === 'circular' ? circularPad(input, pad) : indexedPad(mode, input, pad);
}
