import { cpu } from '@taimatsu/backend-cpu';
import { setDefaultDevice } from '@taimatsu/core';

setDefaultDevice(cpu);

/** The library under test, with the CPU as its device. */
export * as torch from '@taimatsu/core';
