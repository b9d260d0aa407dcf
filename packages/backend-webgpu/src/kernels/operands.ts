import { fail, type View } from '@taimatsu/core/backend';
import { MAX_RANK } from '../codegen/words.ts';
import type { GpuBuffer } from '../device/buffers.ts';
import type { Queue } from '../device/queue.ts';

/** The buffer behind a view. */
export function bufferOf(view: View): GpuBuffer {
  return view.storage.buffer as GpuBuffer;
}

/**
 * The buffers behind `inputs`, copied where they are also behind an output: a kernel cannot be bound to one buffer for
 * reading and for writing.
 */
export function apart(queue: Queue, outs: readonly View[], inputs: readonly View[]): GpuBuffer[] {
  const copies = new Map<GpuBuffer, GpuBuffer>();
  const buffers = inputs.map((input) => {
    const own = bufferOf(input);
    if (!outs.some((out) => bufferOf(out) === own)) return own;
    const copy = copies.get(own) ?? queue.copyOf(own);
    copies.set(own, copy);
    return copy;
  });
  for (const copy of copies.values()) queue.buffers.free(copy);
  return buffers;
}

/** @throws `backend/unsupported` where a nest is deeper than kernels are made for */
export function checkRank(queue: Queue, rank: number): void {
  if (rank > MAX_RANK) {
    fail('backend/unsupported', {
      backend: queue.name,
      what: `${rank} dimensions that cannot be merged`,
      reason: `its kernels walk at most ${MAX_RANK}`,
    });
  }
}
