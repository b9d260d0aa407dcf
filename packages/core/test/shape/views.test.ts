import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  broadcastShapes,
  contiguousStrides,
  inferShape,
  isContiguous,
  isDense,
  likeStrides,
  normalizeSlice,
  numelOf,
  viewStrides,
} from '../../src/shape/index.ts';

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

/** A shape with the strides that some permutation of a row-major tensor has. */
const permuted = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((sizes) =>
  fc
    .shuffledSubarray(
      sizes.map((_, d) => d),
      { minLength: sizes.length },
    )
    .map((order) => {
      const strides = contiguousStrides(sizes);
      return { shape: order.map((d) => sizes[d]!), strides: order.map((d) => strides[d]!) };
    }),
);

/** Where each element of a view lies, in row-major order. */
function places(sizes: readonly number[], strides: readonly number[]): number[] {
  let all = [0];
  sizes.forEach((n, d) => {
    all = all.flatMap((at) => Array.from({ length: n }, (_, i) => at + i * strides[d]!));
  });
  return all;
}

test('row-major strides are contiguous and visit memory in order', () => {
  fc.assert(
    fc.property(shape, (sizes) => {
      const strides = contiguousStrides(sizes);
      expect(isContiguous(sizes, strides)).toBe(true);
      if (numelOf(sizes) > 0)
        expect(places(sizes, strides)).toEqual(Array.from({ length: numelOf(sizes) }, (_, i) => i));
    }),
  );
});

test('a view visits the same memory in the same order, or there is none', () => {
  fc.assert(
    fc.property(permuted, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), (from, sizes) => {
      const to = [...sizes, -1];
      const known = sizes.reduce((a, b) => a * b, 1);
      fc.pre(numelOf(from.shape) % known === 0);
      const target = inferShape(to, numelOf(from.shape));
      const strides = viewStrides(from.shape, from.strides, target);
      if (strides !== undefined) expect(places(target, strides)).toEqual(places(from.shape, from.strides));
      else expect(isContiguous(from.shape, from.strides)).toBe(false);
    }),
  );
});

test('a fresh tensor like a dense one keeps its strides', () => {
  fc.assert(
    fc.property(permuted, ({ shape: sizes, strides }) => {
      expect(isDense(sizes, strides)).toBe(true);
      expect(places(sizes, likeStrides(sizes, strides))).toEqual(places(sizes, strides));
    }),
  );
});

test('broadcasting is symmetric, keeps what is equal, and refuses the rest', () => {
  fc.assert(
    fc.property(shape, shape, (a, b) => {
      const rank = Math.max(a.length, b.length);
      const pad = (x: readonly number[]): number[] => [...new Array<number>(rank - x.length).fill(1), ...x];
      const [x, y] = [pad(a), pad(b)];
      const fits = x.every((n, d) => n === y[d] || n === 1 || y[d] === 1);
      if (!fits) expect(() => broadcastShapes(a, b)).toThrow(/must match the size of tensor b/);
      else {
        expect(broadcastShapes(a, b)).toEqual(x.map((n, d) => (n === 1 ? y[d]! : n)));
        expect(broadcastShapes(b, a)).toEqual(broadcastShapes(a, b));
      }
    }),
  );
});

test('a slice takes what the same slice of an array takes', () => {
  const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 6 }),
      bound,
      bound,
      fc.integer({ min: 1, max: 3 }),
      (size, start, stop, step) => {
        const all = Array.from({ length: size }, (_, i) => i);
        const expected = all.slice(start, stop).filter((_, i) => i % step === 0);
        const part = normalizeSlice(size, start, stop, step);
        expect(Array.from({ length: part.length }, (_, i) => part.start + i * part.step)).toEqual(expected);
      },
    ),
  );
});
