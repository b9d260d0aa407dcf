import { describe, expect, it } from 'vitest';
import { exp } from '../../../src/rng/math/exp.ts';
import { log } from '../../../src/rng/math/log.ts';
import { type SineCosine, sineCosine, tangent } from '../../../src/rng/math/trigonometry.ts';
import { floats, recorded, ulps } from '../recorded.ts';

const angle: SineCosine = { sine: 0, cosine: 0 };

const functions: { readonly [name: string]: (x: number) => number } = {
  log,
  exp,
  tan: tangent,
  sin: (x) => {
    sineCosine(x, angle);
    return angle.sine;
  },
  cos: (x) => {
    sineCosine(x, angle);
    return angle.cosine;
  },
};

describe('elementary functions', () => {
  for (const { name, x, y } of recorded.functions) {
    it(`rounds ${name} correctly`, () => {
      const compute = functions[name] as (x: number) => number;
      const want = floats(y);
      const wrong = floats(x).filter((value, i) => ulps(compute(value), want[i] as number) > 0);
      expect(wrong).toEqual([]);
    });
  }

  it('handles the ends of the range', () => {
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(log(-1)).toBeNaN();
    expect(log(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(log(1)).toBe(0);
    expect(log(2 ** -1074)).toBeCloseTo(-1074 * Math.LN2, 10);
    expect(exp(1000)).toBe(Number.POSITIVE_INFINITY);
    expect(exp(-1000)).toBe(0);
    expect(exp(Number.NaN)).toBeNaN();
    expect(exp(0)).toBe(1);
  });

  it('is odd or even as the function is', () => {
    for (const x of [1e-300, 1e-9, 0.3, 0.785, 1.2, 1.5, 3, 6]) {
      expect(tangent(-x)).toBe(-tangent(x));
      const { sine, cosine } = { sine: functions.sin?.(x), cosine: functions.cos?.(x) };
      expect(functions.sin?.(-x)).toBe(-(sine as number));
      expect(functions.cos?.(-x)).toBe(cosine);
    }
  });
});
