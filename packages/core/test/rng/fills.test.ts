import { describe, expect, it } from 'vitest';
import { Generator } from '../../src/rng/index.ts';
import { runFill } from './fills.ts';
import { distance, recorded } from './recorded.ts';

/** Float64 results of elementary functions may differ from the recording C library's by a unit in the last place. */
const inexact = ['normal', 'normalStrided', 'exponential', 'cauchy', 'logNormal'];

describe('fills against PyTorch', () => {
  for (const { fill, dtype, count, args, seed, values, next } of recorded.fills) {
    it(`${fill} ${dtype} ${count} ${JSON.stringify(args)} from ${seed}`, () => {
      const generator = new Generator(seed);
      const out = runFill(generator, fill, dtype, count, args);
      const kind = fill === 'multinomial' ? 'int64' : dtype;
      const allowed = dtype === 'float64' && inexact.includes(fill) ? 1 : 0;
      expect(distance(out, kind, values)).toBeLessThanOrEqual(allowed);
      const following = runFill(generator, 'normal', 'float64', 2, []);
      expect(distance(following, 'float64', next)).toBeLessThanOrEqual(1);
    });
  }
});

describe('mistakes against PyTorch', () => {
  for (const { fill, dtype, args, text } of recorded.errors) {
    it(`${fill} ${dtype} ${JSON.stringify(args)}`, () => {
      const list = typeof args === 'number' ? [] : (args as readonly unknown[]);
      const count = typeof args === 'number' ? args : 2;
      expect(() => runFill(new Generator(), fill, dtype, count, list)).toThrow(
        expect.objectContaining({ message: text }),
      );
    });
  }
});
