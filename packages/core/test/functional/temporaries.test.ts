import { cpu } from '@taimatsu/backend-cpu';
import type { Tensor } from '@taimatsu/core';
import type { Backend, BackendBuffer } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { torch } from '../setup.ts';

const F = torch.functional;

/** The CPU, with how many buffers are in use. */
function counted(): Backend & { readonly live: Set<BackendBuffer> } {
  const live = new Set<BackendBuffer>();
  return {
    ...cpu,
    live,
    alloc: (...given) => {
      const buffer = cpu.alloc(...given);
      live.add(buffer);
      return buffer;
    },
    free: (buffer) => {
      live.delete(buffer);
      cpu.free(buffer);
    },
  };
}

test.each<[name: string, results: number, pool: (x: Tensor) => unknown]>([
  ['max, recorded: values and indices', 2, (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1 })],
  ['max', 1, (x) => F.maxPool2d(x.detach(), 3, { stride: 2, padding: 1 })],
  ['mean', 1, (x) => F.avgPool2d(x.detach(), 3, { stride: 2, padding: 1 })],
])('pools keep nothing but their results: %s', (_, results, pool) => {
  const device = counted();
  const x = torch.rand([2, 3, 7, 8], { device, requiresGrad: true });
  const before = device.live.size;
  const kept = pool(x);
  expect(device.live.size - before).toBe(results);
  expect(kept).toBeDefined();
});
