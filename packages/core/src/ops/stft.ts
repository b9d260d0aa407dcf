import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, type Tensor } from '../extend/index.ts';
import { toReal, transform, widened } from './internal/fourier.ts';
import { cat, stack } from './join.ts';

/** Keyword arguments of {@link stft} and {@link istft}. */
export interface StftOptions {
  /** How far apart frames start. Default a quarter of `nFft`. */
  readonly hopLength?: number | null;
  /** How long the window is, which is centred in the frame. Default `nFft`. */
  readonly winLength?: number | null;
  /** Multiplies each frame. Default ones. */
  readonly window?: Tensor | null;
  /** Whether frame t is around t · hopLength instead of starting there. Default true. */
  readonly center?: boolean;
  /** Divides by √nFft. Default false. */
  readonly normalized?: boolean;
  /** Only the frequencies from 0 to the middle, the rest being their mirror image. Default true; for `istft` what fits. */
  readonly onesided?: boolean | null;
}

interface Frames {
  readonly hop: number;
  readonly window: Tensor;
}

function framesOf(name: string, self: Tensor, nFft: number, options: StftOptions): Frames {
  const hop = options.hopLength ?? Math.floor(nFft / 4);
  const length = options.winLength ?? nFft;
  const { window } = options;
  const complain = (what: string): never => {
    const shown = (x: Tensor, open = '[', close = ']'): string =>
      `torch.${dtypeInfo[x.dtype].title}Tensor${open}${x.shape.join(', ')}${close}`;
    return fail('op/argument', {
      text: `${name}(${shown(self)}, n_fft=${nFft}, hop_length=${hop}, win_length=${length}, window=${window == null ? 'None' : shown(window, '{[', ']}')}) : ${what}`,
    });
  };
  if (hop <= 0) complain(`expected hop_length > 0, but got hop_length=${hop}`);
  if (length <= 0 || length > nFft)
    complain(`expected 0 < win_length <= n_fft, but got win_length=${length}`);
  if (window != null && (window.ndim !== 1 || window.shape[0] !== length)) {
    complain(
      `expected a 1D window tensor of size equal to win_length=${length}, but got window with size [${window.shape.join(', ')}]`,
    );
  }
  const own = window ?? self.detach().newOnes([length]);
  const left = Math.floor((nFft - length) / 2);
  const zeros = (n: number): Tensor => own.detach().newZeros([n]);
  return {
    hop,
    window: left === 0 && length === nFft ? own : cat([zeros(left), own, zeros(nFft - length - left)]),
  };
}

/** Where a padded signal's elements come from. */
function places(like: Tensor, size: number, pad: number, mode: 'reflect' | 'replicate' | 'circular'): Tensor {
  const from = (i: number): number => {
    if (mode === 'circular') return (i + size) % size;
    if (mode === 'replicate') return Math.min(Math.max(i, 0), size - 1);
    return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
  };
  const out = emptyTensor(like.backend, 'int64', [size + 2 * pad]);
  out.storage.write(
    0,
    BigInt64Array.from({ length: size + 2 * pad }, (_, i) => BigInt(from(i - pad))),
  );
  return out;
}

/**
 * The spectra of overlapping frames of a signal [..., L]: [..., frequency, frame, 2], real and imaginary parts in the last
 * dimension, as PyTorch gives them without `return_complex`.
 */
export function stft(
  self: Tensor,
  nFft: number,
  options: StftOptions & { readonly padMode?: 'constant' | 'reflect' | 'replicate' | 'circular' } = {},
): Tensor {
  const { center = true, normalized = false, padMode = 'reflect' } = options;
  if (self.ndim < 1 || self.ndim > 2) fail('op/argument', { text: 'stft: expected a 1D or 2D tensor' });
  const { hop, window } = framesOf('stft', self, nFft, options);
  let x = self.ndim === 1 ? self.unsqueeze(0) : self;
  if (center) {
    const pad = Math.floor(nFft / 2);
    const [size] = x.shape.slice(-1) as [number];
    if (padMode === 'constant') {
      const zeros = x.detach().newZeros([x.shape[0]!, pad]);
      x = cat([zeros, x, zeros], 1);
    } else {
      if (padMode === 'reflect' && pad >= size) {
        fail('op/argument', {
          text: `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${pad}, ${pad}) at dimension 2 of input [1, ${x.shape[0]}, ${size}]`,
        });
      }
      x = x.indexSelect(1, places(x, size, pad, padMode));
    }
  }
  const length = x.shape[1]!;
  if (nFft <= 0 || nFft > length) {
    fail('op/argument', { text: `stft: expected 0 < n_fft < ${length}, but got n_fft=${nFft}` });
  }
  const frames = x.unfold(1, nFft, hop).mul(window);
  const columns = (options.onesided ?? true) ? Math.floor(nFft / 2) + 1 : nFft;
  const { re, im } = transform({ re: widened(frames), im: undefined }, 2, false, columns);
  const spectra = stack([re, im!], -1).to(frames.dtype).transpose(1, 2);
  const scaled = normalized ? spectra.div(Math.sqrt(nFft)) : spectra;
  return self.ndim === 1 ? scaled.squeeze(0) : scaled;
}

/** The signal that {@link stft} gave these spectra of, by adding the frames where they overlap. */
export function istft(
  self: Tensor,
  nFft: number,
  options: StftOptions & { readonly length?: number | null } = {},
): Tensor {
  const { center = true, normalized = false, length } = options;
  const sizes = self.shape;
  if (self.numel() === 0) fail('op/argument', { text: 'istft: input tensor cannot be empty.' });
  if ((self.ndim !== 3 && self.ndim !== 4) || sizes.at(-1) !== 2) {
    fail('op/argument', {
      text: 'istft: expected a tensor with 3 or 4 dimensions, the last of them for real and imaginary parts',
    });
  }
  const x = (self.ndim === 3 ? self.unsqueeze(0) : self).transpose(1, 2);
  const [batch, count, frequencies] = x.shape as readonly [number, number, number];
  const onesided = options.onesided ?? frequencies !== nFft;
  const expected = onesided ? Math.floor(nFft / 2) + 1 : nFft;
  if (frequencies !== expected) {
    fail('op/argument', {
      text: `istft: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft ${onesided ? '/ 2 + 1 ' : ''}when onesided=${onesided ? 'True' : 'False'}, but got ${frequencies}`,
    });
  }
  const { hop, window } = framesOf('istft', self, nFft, options);
  const wide = widened(x);
  const pair = { re: wide.select(3, 0), im: wide.select(3, 1) };
  // Also of two sides only the first is read: the other is its mirror image.
  const whole = toReal(pair, 2, nFft, true).to(x.dtype);
  const frames = whole.mul(normalized ? 1 / Math.sqrt(nFft) : 1 / nFft).mul(window);
  const total = nFft + hop * (count - 1);
  const at = emptyTensor(self.backend, 'int64', [count * nFft]);
  const positions = BigInt64Array.from({ length: count * nFft }, (_, i) =>
    BigInt(Math.floor(i / nFft) * hop + (i % nFft)),
  );
  at.storage.write(0, positions);
  const added = (parts: Tensor): Tensor =>
    parts
      .detach()
      .newZeros([parts.shape[0]!, total])
      .indexAdd(1, at, parts.reshape([parts.shape[0]!, -1]));
  const start = center ? Math.floor(nFft / 2) : 0;
  const end = length != null ? start + length : center ? total - Math.floor(nFft / 2) : total;
  const cut = (y: Tensor): Tensor => y.narrow(1, start, Math.max(Math.min(end, total) - start, 0));
  const envelope = cut(added(window.square().expand([1, count, nFft])));
  if (self.backend.manifest.syncRead && envelope.detach().abs().lt(1e-11).any().item() === true) {
    fail('op/argument', { text: 'istft: window overlap add min: 1' });
  }
  let y = cut(added(frames)).div(envelope);
  if (end > total) y = cat([y, y.detach().newZeros([batch, end - total])], 1);
  return self.ndim === 3 ? y.squeeze(0) : y;
}
