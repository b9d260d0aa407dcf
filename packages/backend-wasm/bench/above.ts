// Computes above 2 GiB: prints, as JSON, whether every launch gives the same bits there as below. Takes 2.3 GB.
import * as t from '@taimatsu/core';
import { assemble } from '../src/backend.ts';
import { Memory, type WasmBuffer } from '../src/memory/index.ts';
import { Pool } from '../src/threads/index.ts';
import { checksums } from '../test/launches.ts';

const GB = 2 ** 30;
const backends = [0, 1].map((shared) => {
  const memory = new Memory({ budget: 4 * GB, poison: false, shared: shared === 1 });
  return { memory, backend: assemble(memory, new Pool(memory, 2)) };
});
const sums = backends.map(({ memory, backend }) => {
  t.setDefaultDevice(backend);
  const below = checksums();
  const held = Array.from({ length: 9 }, () => memory.alloc('float32', GB / 16));
  // What is free below goes on being used: all of it is taken, so that all that follows is above.
  const rest: WasmBuffer[] = [];
  for (let bytes = 2 ** 28; bytes >= 4096; bytes /= 2) {
    for (;;) {
      const buffer = memory.alloc('uint8', bytes);
      if (buffer.block.pointer >= 2 ** 31) {
        memory.free(buffer);
        break;
      }
      rest.push(buffer);
    }
  }
  const lowest = memory.alloc('float32', 10_000).block.pointer;
  const above = checksums();
  const wrong = Object.keys(below).filter((name) => below[name] !== above[name]);
  return { lowest, wrong, held: held.length + rest.length, bytes: memory.wasm.buffer.byteLength };
});
console.log(JSON.stringify(sums));
