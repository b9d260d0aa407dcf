export { WasmBuffer } from './block.ts';
export { ADDRESS_SPACE } from './heap.ts';
export { Memory, type MemoryOptions } from './memory.ts';
