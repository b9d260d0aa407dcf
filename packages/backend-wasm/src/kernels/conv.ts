import type { KernelTable } from '@taimatsu/core/backend';
import type { Runtime } from '../runtime.ts';

export function makeConv(_runtime: Runtime): KernelTable['conv'] {
  return { declined: 'in the making' };
}
