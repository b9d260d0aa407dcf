import { notImplementedError, runtimeError } from './define.ts';

/** Mistakes about devices and what they can do. */
export const backend = {
  'backend/none': runtimeError(
    (_: object) =>
      "no device to put tensors on: call setDefaultDevice(backend) first, e.g. with `cpu` from '@taimatsu/backend-cpu'",
  ),
  'backend/unknown': runtimeError(
    (d: { name: string; known: readonly string[] }) =>
      `no device named '${d.name}'; known devices: ${d.known.join(', ') || 'none'}. Register its backend first.`,
  ),
  'backend/mixed': runtimeError(
    (d: { a: string; b: string }) =>
      `Expected all tensors to be on the same device, but found at least two devices, ${d.a} and ${d.b}!`,
  ),
  'backend/dtype': notImplementedError(
    (d: { backend: string; dtype: string; reason: string }) =>
      `the ${d.backend} backend has no ${d.dtype}: ${d.reason}`,
  ),
  'backend/unsupported': notImplementedError(
    (d: { backend: string; what: string; reason: string }) =>
      `the ${d.backend} backend does not support ${d.what}: ${d.reason}`,
  ),
  'backend/sync-read': runtimeError(
    (d: { backend: string; call: string; instead: string }) =>
      `${d.call} cannot read from the ${d.backend} backend without waiting: use await ${d.instead} instead`,
  ),
  'backend/replay': runtimeError(
    (d: { backend: string }) =>
      `awaitReads() cannot wait for the ${d.backend} backend here: a tensor from outside of the function, or a gradient, was changed before, and running the function again would change it twice. Read first, or call awaitReads() for each part.`,
  ),
  'backend/replay-async': runtimeError(
    (_: object) =>
      'awaitReads() may run its function several times, so the function cannot return a promise: await outside of it.',
  ),
  'backend/too-large': runtimeError(
    (d: { backend: string; length: number; limit: number }) =>
      `the ${d.backend} backend cannot hold ${d.length} elements in one tensor: its limit is ${d.limit}`,
  ),
  'backend/out-of-memory': runtimeError(
    (d: { backend: string; bytes: number; budget: number; collects?: boolean }) =>
      `the ${d.backend} backend is out of memory: ${d.bytes} bytes asked for, ${d.budget} bytes in all. Free tensors with tidy() or using, or raise the budget.${d.collects === true ? ' In a loop, await something: what nobody holds any more is only taken back between turns.' : ''}`,
  ),
  'backend/threads': runtimeError(
    (d: { backend: string; reason: string }) =>
      `the ${d.backend} backend lost its threads (${d.reason}): results are right, and one thread computes from now on`,
  ),
  'backend/num-threads': runtimeError((_: object) => 'set_num_threads expects a positive integer'),
  'backend/lost': runtimeError(
    (d: { backend: string; reason: string }) =>
      `the ${d.backend} backend lost its device (${d.reason}): create the backend again; tensors on the host are unharmed`,
  ),
  'backend/failed': runtimeError(
    (d: { backend: string; what: string; reason: string }) =>
      `the ${d.backend} backend failed in ${d.what}: ${d.reason}`,
  ),
  'backend/tidy-async': runtimeError(
    (_: object) =>
      'tidy() frees memory when its function returns, so the function cannot return a promise: await inside, tidy outside.',
  ),
  'backend/freed': runtimeError(
    (_: object) =>
      'this tensor was freed by tidy(), dispose() or using and can no longer be read. Return it from tidy(), or clone it before.',
  ),
};
