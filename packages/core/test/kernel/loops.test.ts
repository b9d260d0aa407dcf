import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collapse, planReduce } from '../../src/kernel/index.ts';

const operand = (rank: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: 12 }), { minLength: rank, maxLength: rank });

const nest = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    operands: fc.array(operand(shape.length), { minLength: 1, maxLength: 3 }),
  }),
);

/** The places all operands visit together, as text, in the order of the loops. */
function visits(shape: readonly number[], operands: readonly (readonly number[])[]): string[] {
  let all = [operands.map(() => 0)];
  shape.forEach((n, d) => {
    all = all.flatMap((at) =>
      Array.from({ length: n }, (_, i) => at.map((p, k) => p + i * operands[k]![d]!)),
    );
  });
  return all.map((at) => at.join());
}

test('a collapsed nest makes the same visits', () => {
  fc.assert(
    fc.property(nest, ({ shape, operands }) => {
      const loops = collapse(shape, operands);
      expect(visits(loops.shape, loops.strides).sort()).toEqual(visits(shape, operands).sort());
      expect(loops.size).toBe(shape.reduce((a, b) => a * b, 1));
    }),
  );
});

test('an ordered nest makes them in row-major order', () => {
  fc.assert(
    fc.property(nest, ({ shape, operands }) => {
      const loops = collapse(shape, operands, true);
      expect(visits(loops.shape, loops.strides)).toEqual(visits(shape, operands));
    }),
  );
});

test('what walks as one is one loop', () => {
  expect(
    collapse(
      [2, 3, 4],
      [
        [12, 4, 1],
        [12, 4, 1],
      ],
    ),
  ).toEqual({ size: 24, shape: [24], strides: [[1], [1]] });
  expect(
    collapse(
      [2, 3],
      [
        [1, 2],
        [1, 2],
      ],
    ).shape,
  ).toEqual([6]);
  expect(
    collapse(
      [2, 3],
      [
        [3, 1],
        [0, 1],
      ],
    ).shape,
  ).toEqual([2, 3]);
  expect(collapse([], [[], []])).toEqual({ size: 1, shape: [1], strides: [[1], [1]] });
});

test('a reduction splits a nest into what stays and what goes', () => {
  const plan = planReduce([2, 3, 4], [1], [4, 1], [[12, 4, 1]], false);
  expect(plan.inner).toEqual({ size: 3, shape: [3], strides: [[4]] });
  expect(plan.outer).toEqual({
    size: 8,
    shape: [2, 4],
    strides: [
      [4, 1],
      [12, 1],
    ],
  });
});
