import { noGrad, type Tensor, tensor, tidy } from '@taimatsu/core';
import { expect, test } from 'vitest';
import type { WebGpuBackend } from '../src/index.ts';
import { another, onDevice } from './device.ts';

/** A step that changes weights in place: products, sums, maps that wait. */
function training(device: WebGpuBackend): () => Promise<unknown> {
  const x = tensor(
    [
      [0.5, -1, 2, 0.25],
      [1, 3, -0.5, 0.75],
    ],
    { device },
  );
  const weight = tensor(
    [
      [0.1, -0.2],
      [0.3, 0.4],
      [-0.5, 0.6],
      [0.7, -0.8],
    ],
    { device },
  ).requiresGrad_();
  const step = (): Tensor =>
    tidy(() => {
      weight.grad = null;
      const loss = x.matmul(weight).tanh().mul(2).exp().add(1).sum();
      loss.backward();
      noGrad(() => weight.sub_(weight.grad!.mul(0.1)));
      return loss.detach();
    });
  return () => step().itemAsync();
}

onDevice('kernels compiled ahead', () => {
  test('another backend compiles nothing more for the same code, and gives the same', async () => {
    const first = await another();
    const step = training(first);
    const losses = [await step(), await step(), await step()];
    expect(first.stats().compiled).toBeGreaterThan(5);
    const programs = JSON.parse(JSON.stringify(first.programs()));

    const second = await another({ programs });
    const again = training(second);
    expect([await again(), await again(), await again()]).toEqual(losses);
    expect(second.stats().compiled).toBe(0);
    // Kernels for groups that were met before are there at once, and those for single steps are not needed.
    expect(second.programs().length).toBeLessThan(first.programs().length);
  });

  test('what the device refuses is left out', async () => {
    const angles = (device: WebGpuBackend): Promise<unknown> => {
      const [a, b] = [tensor([1, 2], { device }), tensor([3, 4], { device })];
      return a.atan2(b).tolistAsync();
    };
    const first = await another();
    const expected = await angles(first);
    const broken = first.programs().map((one) => ({ ...one, code: `${one.code} nonsense` }));
    const second = await another();
    await second.compileAhead([...broken, ...first.programs()]);
    expect(await angles(second)).toEqual(expected);
    expect(second.stats().compiled).toBe(0);
  });

  test('a device that goes meanwhile is said to be lost', async () => {
    const first = await another();
    await tensor([1, 2], { device: first }).exp().tolistAsync();
    const second = await another();
    const waiting = second.compileAhead(first.programs());
    second.device.destroy();
    await expect(waiting).rejects.toMatchObject({ code: 'backend/lost' });
  });
});
