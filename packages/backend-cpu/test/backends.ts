import type { Backend } from '@taimatsu/core/backend';
import { createCpuBackend } from '../src/index.ts';

/** Both ways of running kernels; memory that nobody wrote is NaN. */
export const modes: readonly (readonly [name: string, backend: Backend])[] = [
  ['generated', createCpuBackend({ poison: true })],
  ['closures', createCpuBackend({ codegen: 'never', poison: true })],
];
