// A loop that never yields: prints how many threads share its launches in the end, and has to end by itself.
import * as t from '@taimatsu/core';
import { assemble, memoryFor } from '../../src/backend.ts';
import { Pool } from '../../src/threads/index.ts';

const memory = memoryFor({}, true);
const pool = new Pool(memory, 3);
t.setDefaultDevice(assemble(memory, pool));
const x = t.ones([2_000_000]);
const until = performance.now() + 20_000;
while (performance.now() < until && pool.countFor(1e9) < 3) t.tidy(() => void x.exp());
console.log(pool.countFor(1e9), x.sum().item());
