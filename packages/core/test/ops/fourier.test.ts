import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';
import { expectClose } from './check-op.ts';

const noise = (...shape: number[]): torch.Tensor => {
  torch.manualSeed(1);
  return torch.randn(shape, { dtype: 'float64' });
};

describe('short-time transforms', () => {
  it.each([
    [8, 2, {}],
    [8, 4, { center: false, window: torch.ones(8, { dtype: 'float64' }) }],
    [7, 3, { normalized: true }],
    [8, 2, { onesided: false }],
    [10, 3, { winLength: 6, window: torch.tensor([1, 2, 3, 3, 2, 1], { dtype: 'float64' }) }],
  ])('of %d by %d with %j are undone by their inverse', (nFft, hopLength, options) => {
    const x = noise(2, 64);
    const back = torch.istft(torch.stft(x, nFft, { hopLength, ...options }), nFft, { hopLength, ...options });
    const length = back.shape[1]!;
    expect(length).toBeGreaterThan(50);
    expectClose(back, x.narrow(1, 0, length));
  });

  it('have gradients of first and second order', () => {
    const x = noise(12).requiresGrad_();
    const w = noise(4).abs().add(0.5).detach().requiresGrad_();
    const f = (a: torch.Tensor, window: torch.Tensor): torch.Tensor => torch.stft(a, 4, { window }).square();
    expect(torch.gradcheck(f, [x, w])).toBe(true);
    expect(torch.gradgradcheck(f, [x, w])).toBe(true);
  });
});

describe('real transforms', () => {
  it('are each the other, scaled', () => {
    const x = noise(3, 5);
    expectClose(torch.fft.hfft(x), torch.fft.irfft(x).mul(8));
    expectClose(torch.fft.hfftn(x, { norm: 'ortho' }).sum(), torch.fft.irfftn(x, { norm: 'ortho' }).sum());
  });

  it.each([
    [() => torch.fft.irfft(noise(4), { n: 0 }), 'Invalid number of data points (0) specified'],
    [() => torch.fft.irfft(noise(4), { norm: 'a' as never }), 'Invalid normalization mode: "a"'],
    [
      () => torch.fft.irfftn(noise(4), { s: [2, 3] }),
      'Got shape with 2 values but input tensor only has 1 dimensions.',
    ],
    [
      () => torch.fft.irfftn(noise(4, 4), { s: [2, 3], dim: [0] }),
      'When given, dim and shape arguments must have the same length',
    ],
    [() => torch.fft.irfftn(noise(4, 4), { dim: [0, 0] }), 'FFT dims must be unique'],
    [() => torch.fft.hfftn(noise().sum()), 'hfftn must transform at least one axis'],
  ])('refuse what PyTorch refuses: %#', (call, text) => {
    expect(call).toThrow(text);
  });
});

describe('broadcastShapes', () => {
  it('is what broadcasting makes', () => {
    expect(torch.broadcastShapes([2, 3], [4, 2, 1], 3)).toEqual([4, 2, 3]);
    expect(torch.broadcastShapes()).toEqual([]);
    expect(
      torch.broadcastShapes(
        [2],
        [0].map(() => 1),
      ),
    ).toEqual([2]);
  });

  it.each([[[[3], [2]]], [[[2], [0]]], [[3, 4]]])('refuses %j', (shapes) => {
    expect(() => torch.broadcastShapes(...shapes)).toThrow(
      'Shape mismatch: objects cannot be broadcast to a single shape',
    );
  });
});
