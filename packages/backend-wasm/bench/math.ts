// Milliseconds for a million float32 elements of every elementary function.
import { detectFeatures } from '../src/features.ts';
import { type FunctionName, mapped, unaryNames } from '../test/math/support.ts';
import { interleave } from './peak.ts';

const n = 1_000_000;
const target = { shared: false, relaxed: detectFeatures().relaxed };
const names: readonly FunctionName[] = [...unaryNames, 'pow'];
const kernels = names.map((name) => mapped(name, 'f32x4', target, n));
for (const { a, b } of kernels) {
  for (let i = 0; i < n; i++) [a[i], b[i]] = [((i * 0.618) % 1) * 0.98 + 0.01, ((i * 0.755) % 1) * 3];
}
const tasks = kernels.map((kernel) => () => kernel.run(n));
const times = interleave(tasks, 11);
names.forEach((name, i) => {
  console.log(name.padEnd(10), times[i]?.toFixed(2));
});
