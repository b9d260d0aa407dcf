import type { Tensor } from '@taimatsu/core';

/** A tensor's values, whichever way the device is read. */
export async function values(t: Tensor): Promise<Float32Array> {
  return Float32Array.from(await t.toTypedArrayAsync(), Number);
}

/** Waits for a tensor: reads its first element. */
export async function wait(t: Tensor): Promise<void> {
  await t.reshape([-1]).narrow(0, 0, 1).itemAsync();
}

/** How a run is made: as it is, or with what it leaves behind freed. */
export type Around = (work: () => Tensor) => Tensor;
