/**
 * PyTorch's tensors and autograd, ready to use: importing this package puts new tensors on its default device.
 * @packageDocumentation
 */
import { cpu } from '@taimatsu/backend-cpu';
import { setDefaultDevice } from '@taimatsu/core';

export { cpu } from '@taimatsu/backend-cpu';
export * from '@taimatsu/core';

setDefaultDevice(cpu);
