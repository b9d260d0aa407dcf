import { load, planReduce, reduceKernel } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { kernel, lay, list, modes, rowMajor } from './support.ts';

test('a sum of ten million tenths', () => {
  const [, backend] = modes[0]!;
  const n = 1e7;
  const buffer = backend.alloc('float64', n, {});
  backend.write(buffer, 0, new Float64Array(n).fill(0.1));
  const out = lay(backend, 'float64', [], rowMajor);
  const view = { storage: { buffer }, offset: 0, dtype: 'float64' as const };
  const plan = planReduce([n], [0], [], [[1]], false);
  kernel(backend, 'reduce')(reduceKernel('sum', load(0, 'float64'), 'float64'), plan, out, [view], []);
  expect(Math.abs((list(out)[0] as number) / 1e6 - 1)).toBeLessThan(5e-15);
});
