import { cpu } from '@taimatsu/backend-cpu';
import { createWasmBackend } from '@taimatsu/backend-wasm';
import { expect, test } from 'vitest';
import { torch } from '../setup.ts';

const F = torch.functional;
const wasm = createWasmBackend();

type Work = (x: torch.Tensor, w: torch.Tensor) => torch.Tensor;

const works: Readonly<Record<string, Work>> = {
  softmax: (x) => x.softmax(-1),
  'softmax along the first dimension': (x) => x.softmax(0),
  logSoftmax: (x) => x.logSoftmax(2),
  'softmax of a transposed tensor': (x) => x.transpose(1, 2).softmax(-1),
  'softmax of an expanded tensor': (x) => x.select(2, 0).unsqueeze(2).expand(2, 3, 5).softmax(2),
  'layerNorm over one dimension': (x, w) => F.layerNorm(x, [5], w, w.mul(2)),
  'layerNorm over two dimensions': (x, w) => F.layerNorm(x, [3, 5], w.expand(3, 5)),
  'layerNorm without weights': (x) => F.layerNorm(x, [5]),
  groupNorm: (x, w) => F.groupNorm(x, 1, w.narrow(0, 0, 3), null),
};

// The CPU does row programs in reductions and maps, WebAssembly as one kernel where rows allow it.
test.each(Object.entries(works))('%s: as one kernel and in parts, forward and backward', (_, work) => {
  for (const dtype of ['float64', 'float16'] as const) {
    const results = [cpu, wasm].map((device) => {
      const filled = (shape: number[], seed: number): torch.Tensor => {
        const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (__, i) =>
          Math.sin(seed * i + 1),
        );
        return torch.tensor(data, { device }).to(dtype).view(shape).detach().requiresGrad_(true);
      };
      const [x, w] = [filled([2, 3, 5], 1.7), filled([5], 0.3)];
      const out = work(x, w);
      out
        .mul(filled([...out.shape], 0.9).detach())
        .sum()
        .backward();
      expect(out.detach().isContiguous()).toBe(true);
      return [out, x.grad!, w.grad ?? w].map((t) => t.detach().to('float64').tolist());
    });
    results[0]!.forEach((wanted, i) => {
      const [a, b] = [wanted, results[1]![i]].map((list) =>
        torch.tensor(list as number[], { dtype: 'float64' }),
      );
      const close = dtype === 'float64' ? 1e-12 : 4e-3;
      expect(torch.allclose(b!, a!, { rtol: close, atol: close })).toBe(true);
    });
  }
});
