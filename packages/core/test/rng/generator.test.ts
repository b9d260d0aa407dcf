import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTensorError } from '../../src/errors/index.ts';
import { defaultGenerator, Generator, manualSeed } from '../../src/rng/index.ts';
import { runFill } from './fills.ts';
import { distance, type RecordedState, recorded } from './recorded.ts';

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (x) => Number.parseInt(x, 16));

const run: { readonly [expr: string]: readonly [string, number] } = {
  'torch.rand(3)': ['uniform', 3],
  'torch.randn(1)': ['normal', 1],
  'torch.rand(624)': ['uniform', 624],
  'torch.randn(700)': ['normal', 700],
  'torch.randn(3)': ['normal', 3],
  'torch.rand(1000)': ['uniform', 1000],
};

function draw(generator: Generator, exprs: readonly string[]): void {
  for (const expr of exprs) {
    const [fill, count] = run[expr] as readonly [string, number];
    runFill(generator, fill, 'float32', count, []);
  }
}

function expectNext(generator: Generator, { next }: RecordedState): void {
  expect(distance(runFill(generator, 'normal', 'float64', 3, []), 'float64', next[0])).toBeLessThanOrEqual(1);
  expect(distance(runFill(generator, 'uniform', 'float32', 20, []), 'float32', next[1])).toBe(0);
  expect(distance(runFill(generator, 'normal', 'float32', 17, []), 'float32', next[2])).toBe(0);
}

describe('state against PyTorch', () => {
  for (const state of recorded.states) {
    const name = `${state.seed} ${state.exprs.join(' ')}`;

    it(`writes what PyTorch writes: ${name}`, () => {
      const generator = new Generator(BigInt(state.seed));
      draw(generator, state.exprs);
      const bytes = generator.getState();
      const recordedBytes = bytesOf(state.state);
      // The cached normal is a float64, for which a unit in the last place is allowed.
      bytes[5024] = 0;
      recordedBytes[5024] = 0;
      expect(bytes).toEqual(recordedBytes);
    });

    it(`continues as PyTorch does: ${name}`, () => {
      const bytes = bytesOf(state.state);
      const generator = new Generator().setState(bytes);
      expect(generator.getState()).toEqual(bytes);
      expect(generator.initialSeed()).toBe(BigInt.asUintN(64, BigInt(state.seed)));
      expectNext(generator, state);
    });
  }

  it('reads the older form, which keeps a radius and a uniform', () => {
    const bytes = new Generator(3).getState().slice(0, 5048);
    const view = new DataView(bytes.buffer);
    view.setFloat64(5016, 0.125, true);
    view.setFloat64(5032, 2, true);
    view.setInt32(5040, 1, true);
    expect(new Generator().setState(bytes).normalCache).toBeCloseTo(Math.SQRT2, 15);
  });

  it('reads a view into a larger buffer', () => {
    const whole = new Uint8Array(6000);
    whole.set(new Generator(9).getState(), 100);
    const generator = new Generator().setState(whole.subarray(100, 5156));
    expect(generator.random32()).toBe(new Generator(9).random32());
  });

  it('rejects what PyTorch rejects', () => {
    const size =
      'Expected either a CPUGeneratorImplStateLegacy of size 5048 or a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 10';
    expect(() => new Generator().setState(new Uint8Array(10))).toThrow(size);
    expect(() => new Generator().setState(new Uint8Array(5056))).toThrow('Invalid mt19937 state');
  });
});

describe('Generator', () => {
  it('starts from the seed of torch.Generator()', () => {
    expect(new Generator().initialSeed()).toBe(67280421310721n);
    expect(new Generator().random64()).toBe(new Generator(67280421310721n).random64());
  });

  it('takes seeds modulo 2^64, of which the low 32 bits choose the stream', () => {
    expect(new Generator(-1).initialSeed()).toBe(2n ** 64n - 1n);
    expect(new Generator(2n ** 63n).initialSeed()).toBe(2n ** 63n);
    expect(new Generator(1.5).initialSeed()).toBe(1n);
    expect(new Generator(2n ** 32n + 7n).random32()).toBe(new Generator(7).random32());
  });

  it.each([2n ** 64n, -(2n ** 63n) - 1n, Number.NaN, 1e300])('rejects the seed %s', (seed) => {
    expect(() => new Generator(seed)).toThrow('Overflow when unpacking long');
  });

  it('joins two draws of 32 bits, the first above', () => {
    const [a, b] = [new Generator(4), new Generator(4)];
    expect(a.random64()).toBe((BigInt(b.random32()) << 32n) | BigInt(b.random32()));
  });

  it('seeds unpredictably', () => {
    const generator = new Generator();
    const first = generator.seed();
    expect(generator.initialSeed()).toBe(first);
    expect(generator.seed()).not.toBe(first);
  });

  it('has a default that manualSeed seeds', () => {
    expect(manualSeed(5)).toBe(defaultGenerator);
    expect(defaultGenerator.random32()).toBe(new Generator(5).random32());
  });

  it('forgets the cached normal when seeded', () => {
    const generator = new Generator(1);
    runFill(generator, 'normal', 'float32', 1, []);
    expect(generator.normalCache).toBeDefined();
    expect(generator.manualSeed(1).normalCache).toBeUndefined();
  });

  it('reports mistakes with a code', () => {
    try {
      new Generator(2n ** 64n);
    } catch (error) {
      expect(isTensorError(error, 'random/argument')).toBe(true);
    }
  });

  it('draws many words as it draws them one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 4 }), (counts) => {
        const [many, single] = [new Generator(11), new Generator(11)];
        for (const count of counts) {
          const words = new Int32Array(count);
          many.randomWords(words);
          expect(Array.from(words, (word) => word >>> 0)).toEqual(
            Array.from({ length: count }, () => single.random32()),
          );
        }
        expect(many.getState()).toEqual(single.getState());
      }),
      { numRuns: 25 },
    );
  });

  it('continues from any saved state as it would have', () => {
    const fill = fc.record({
      name: fc.constantFrom('uniform', 'normal', 'random', 'bernoulli', 'exponential'),
      dtype: fc.constantFrom('float32', 'float64'),
      count: fc.integer({ min: 0, max: 40 }),
    });
    const fills = fc.array(fill, { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        fills,
        fills,
        (seed, before, after) => {
          const generator = new Generator(seed);
          const follow = (g: Generator, steps: typeof after) =>
            steps.map(({ name, dtype, count }) =>
              runFill(g, name, dtype as 'float32', count, name === 'bernoulli' ? [0.5] : []),
            );
          follow(generator, before);
          const copy = new Generator().setState(generator.getState());
          const clone = generator.clone();
          const expected = follow(generator, after);
          expect(follow(copy, after)).toEqual(expected);
          expect(follow(clone, after)).toEqual(expected);
          expect(copy.getState()).toEqual(generator.getState());
        },
      ),
      { numRuns: 50 },
    );
  });
});
