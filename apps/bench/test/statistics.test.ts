import { expect, test } from 'vitest';
import { median } from '../src/statistics.ts';

test('the median is the middle, the lower one of two, whatever the order', () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 2, 3])).toBe(2);
  expect(median([])).toBeNaN();
});

test('one disturbed round does not move it', () => {
  expect(median([2, 2, 2, 2, 9000])).toBe(2);
});
