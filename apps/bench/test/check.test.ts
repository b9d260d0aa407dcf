import { describe, expect, test } from 'vitest';
import { disagreement } from '../src/check.ts';
import type { Work } from '../src/work.ts';

const exp: Work = { op: 'exp', elements: 3 };

describe('a result agrees with the reference', () => {
  test('within rounding', () => {
    expect(disagreement(exp, Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3.00001))).toBeUndefined();
  });

  test('but not with one number off, missing or not a number', () => {
    const reference = Float32Array.of(1, 2, 3);
    expect(disagreement(exp, Float32Array.of(1, 2.001, 3), reference)).toContain('off by 0.00033');
    expect(disagreement(exp, Float32Array.of(1, 2), reference)).toBe('2 numbers instead of 3');
    expect(disagreement(exp, Float32Array.of(1, Number.NaN, 3), reference)).toBe('NaN instead of 2 at 1');
  });

  test('infinities only as such', () => {
    const infinite = Float32Array.of(Number.POSITIVE_INFINITY);
    expect(disagreement(exp, Float32Array.of(1e30), infinite)).toBeDefined();
  });
});
