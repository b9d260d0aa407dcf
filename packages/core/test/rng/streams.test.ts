import { describe, expect, it } from 'vitest';
import { Generator } from '../../src/rng/index.ts';
import { distance, recorded } from './recorded.ts';
import { notHere, runStep } from './streams.ts';

describe('streams against PyTorch', () => {
  for (const { name, seed, steps } of recorded.streams) {
    it(`${name} from ${seed}`, () => {
      const generator = new Generator(BigInt(seed));
      for (const { expr, dtype, values } of steps) {
        const exception = notHere.find((step) => step.expr === expr);
        if (exception !== undefined) exception.draw(generator);
        else {
          // Doubles of elementary functions may differ by a unit in the last place; nothing else may.
          const allowed = /randn|normal_|exponential_/.test(expr) && dtype === 'float64' ? 1 : 0;
          expect(distance(runStep(generator, expr), dtype, values), expr).toBeLessThanOrEqual(allowed);
        }
      }
    });
  }

  it('leaves out only steps that are recorded', () => {
    const exprs = recorded.streams.flatMap(({ steps }) => steps.map(({ expr }) => expr));
    for (const { expr } of notHere) expect(exprs).toContain(expr);
  });
});
