import type { DTypeSupport, Manifest } from '@taimatsu/core/backend';

const held = (as: 'int32' | 'float32', reason: string): DTypeSupport => ({ kind: 'held', as, reason });
const native: DTypeSupport = { kind: 'native' };

const dtypes: Manifest['dtypes'] = Object.freeze({
  bool: held('int32', 'WGSL has no bool in memory'),
  uint8: held('int32', 'WGSL has no 8-bit integers; values wrap as uint8 does'),
  int8: held('int32', 'WGSL has no 8-bit integers; values wrap as int8 does'),
  int16: held('int32', 'WGSL has no 16-bit integers; values wrap as int16 does'),
  int32: native,
  int64: held('int32', 'WGSL has no 64-bit integers; values must fit 32 bits, and wrap there'),
  float16: held('float32', 'not every device has 16-bit floats; values are rounded as float16 is'),
  bfloat16: held('float32', 'WGSL has no bfloat16; values are rounded as bfloat16 is'),
  float32: native,
  float64: { kind: 'declined', reason: 'WGSL has no 64-bit floats; use float32, or the cpu or wasm backend' },
});

/** The promises of a device that holds `maxElements` words in a buffer. */
export function manifestOf(maxElements: number, executor: string): Manifest {
  return Object.freeze({
    dtypes,
    syncRead: false,
    maxElements,
    deterministic: true,
    denormals: false,
    executor,
  });
}
