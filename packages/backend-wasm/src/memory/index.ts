export { WasmBuffer } from './block.ts';
export { Memory } from './memory.ts';
