// Trains without ever yielding and prints, as JSON, how much memory that took and whether what was held is still right.
// Arguments: steps, budget in bytes.
import * as t from '@taimatsu/core';
import { createWasmBackend } from '../../src/index.ts';
import { train } from './train.ts';

const [steps, budget] = process.argv.slice(2).map(Number) as [number, number];
t.setDefaultDevice(createWasmBackend({ budget }));
let [early, peak] = [0, 0];
const report = train(steps, false, undefined, (step) => {
  const { heapUsed, external } = process.memoryUsage();
  peak = Math.max(peak, heapUsed + external);
  if (step <= steps / 5) early = peak;
});
console.log(JSON.stringify({ ...report, early, peak, rss: process.memoryUsage().rss }));
