import { expect, test } from 'vitest';
import * as torch from '../src/index.ts';

test('importing the package is all the set-up there is', () => {
  expect(torch.getDefaultDevice().name).toBe('wasm');
  const x = torch.ones(2, 2, { requiresGrad: true });
  x.add(2).square().mul(3).mean().backward();
  expect(String(x.grad)).toBe('tensor([[4.5000, 4.5000],\n        [4.5000, 4.5000]])');
});

test('the other device is there by its name', () => {
  const x = torch.arange(3, { device: 'cpu' });
  expect(x.device).toBe('cpu');
  expect(x.to('wasm').add(1).to('cpu').tolist()).toEqual([1n, 2n, 3n]);
});
