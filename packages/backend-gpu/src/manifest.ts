import type { DTypeSupport, Manifest } from '@taimatsu/core/backend';
import type { Engine } from './gpujs.ts';

const native: DTypeSupport = Object.freeze({ kind: 'native' });
const held: DTypeSupport = Object.freeze({
  kind: 'held',
  as: 'float32',
  reason: 'textures hold float32, which has all integers up to 16777216 and not all beyond',
});
const declined = (reason: string): DTypeSupport => Object.freeze({ kind: 'declined', reason });
const half = declined('textures hold float32, and shaders cannot round to 16 bits as PyTorch does');

export const dtypes: Manifest['dtypes'] = Object.freeze({
  float32: native,
  bool: native,
  uint8: held,
  int8: held,
  int16: held,
  int32: held,
  int64: held,
  float16: half,
  bfloat16: half,
  float64: declined('shaders compute in float32'),
});

/** What a backend on `engine` promises. */
export function manifestOf(engine: Engine): Manifest {
  return Object.freeze({
    dtypes,
    syncRead: true,
    maxElements: engine.maxElements,
    deterministic: true,
    denormals: false,
    executor: `gpu.js ${engine.executor}`,
  });
}
