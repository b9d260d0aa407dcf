import { expect, test } from 'vitest';
import * as torch from '../src/index.ts';

test('importing the package is all the set-up there is', () => {
  const previous = torch.setDefaultDevice(torch.cpu);
  const x = torch.ones(2, 2, { requiresGrad: true });
  x.add(2).square().mul(3).mean().backward();
  expect(previous?.name).toBeDefined();
  expect(String(x.grad)).toBe('tensor([[4.5000, 4.5000],\n        [4.5000, 4.5000]])');
});
