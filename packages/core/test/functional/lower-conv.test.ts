import { cpu } from '@taimatsu/backend-cpu';
import { expect, it } from 'vitest';
import { torch } from '../setup.ts';

const F = torch.functional;

/** The CPU without its convolution. */
const plain = { ...cpu, kernels: { ...cpu.kernels, conv: { declined: 'to see it lowered' } } };

type Conv = (x: torch.Tensor, w: torch.Tensor) => torch.Tensor;

const cases: Readonly<Record<string, readonly [Conv, input: number[], weight: number[]]>> = {
  'conv1d with stride and padding': [
    (x, w) => F.conv1d(x, w, null, { stride: 2, padding: 2 }),
    [2, 3, 7],
    [4, 3, 3],
  ],
  'conv2d in groups': [
    (x, w) => F.conv2d(x, w, null, { groups: 2, dilation: [1, 2] }),
    [1, 4, 5, 6],
    [6, 2, 2, 3],
  ],
  'conv2d same': [(x, w) => F.conv2d(x, w, null, { padding: 'same' }), [1, 2, 4, 5], [3, 2, 2, 4]],
  conv3d: [(x, w) => F.conv3d(x, w, null, { padding: 1 }), [1, 2, 3, 4, 3], [2, 2, 3, 2, 3]],
  convTranspose2d: [
    (x, w) => F.convTranspose2d(x, w, null, { stride: 3, padding: 1, outputPadding: 2, groups: 2 }),
    [2, 4, 3, 2],
    [4, 2, 2, 3],
  ],
};

it.each(Object.entries(cases))(
  'a backend without convolutions gets them as products: %s',
  (_, [conv, input, weight]) => {
    const results = [cpu, plain].map((device) => {
      const filled = (shape: number[]): torch.Tensor => {
        const numel = shape.reduce((a, b) => a * b, 1);
        const values = Float64Array.from({ length: numel }, (_, i) => Math.sin(1.7 * i + 0.3));
        return torch.tensor(values, { device }).view(shape).detach().requiresGrad_(true);
      };
      const [x, w] = [filled(input), filled(weight)];
      const out = conv(x, w);
      out.mul(out).sum().backward();
      return [out, x.grad!, w.grad!].map((t) =>
        torch.tensor(t.detach().tolist() as number[], { dtype: 'float64' }),
      );
    });
    results[0]!.forEach((wanted, i) => {
      expect(torch.allclose(results[1]![i]!, wanted, { rtol: 1e-12, atol: 1e-12 })).toBe(true);
    });
  },
);
