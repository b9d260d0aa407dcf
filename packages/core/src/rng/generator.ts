import { fail } from '../errors/index.ts';
import { Mt19937 } from './mt19937.ts';
import { decodeState, encodeState } from './state.ts';

/** The seed of a `torch.Generator()` that was given none. */
const DEFAULT_SEED = 67280421310721n;

/**
 * A source of random numbers that gives PyTorch's CPU streams: the same seed gives the same bits.
 *
 * `torch.Generator` and its methods, plus the draws that fills are made of.
 */
export class Generator {
  /** The second of a pair of normals made one by one, kept for the next call. */
  normalCache: number | undefined = undefined;
  /** How often the state was set. */
  epoch = 0;
  private readonly engine = new Mt19937();
  private current: bigint = DEFAULT_SEED;

  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.manualSeed(seed);
  }

  /**
   * Starts the stream of `seed`, from -2^63 to 2^64 - 1 (negative seeds count from 2^64; fractions are dropped), and
   * forgets the cached normal. Only the low 32 bits choose the stream.
   */
  manualSeed(seed: number | bigint): this {
    const value = typeof seed === 'bigint' ? seed : toBigInt(seed);
    if (value < -(2n ** 63n) || value >= 2n ** 64n) overflow();
    this.current = BigInt.asUintN(64, value);
    this.engine.seed(Number(BigInt.asIntN(32, value)));
    this.normalCache = undefined;
    this.epoch++;
    return this;
  }

  /** Seeds with 64 unpredictable bits, which it returns. */
  seed(): bigint {
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    this.manualSeed((BigInt(high) << 32n) | BigInt(low));
    return this.current;
  }

  /** The seed in use, in [0, 2^64). */
  initialSeed(): bigint {
    return this.current;
  }

  /** The whole state in PyTorch's format: 5056 bytes, as of `torch.get_rng_state`. */
  getState(): Uint8Array {
    const { words, left, next } = this.engine;
    return encodeState({ seed: this.current, left, next, words, normal: this.normalCache });
  }

  /** Continues from a state of {@link getState} or of PyTorch. */
  setState(bytes: Uint8Array): this {
    const state = decodeState(bytes);
    this.current = state.seed;
    this.engine.words.set(state.words);
    this.engine.left = state.left;
    this.engine.next = state.next;
    this.normalCache = state.normal;
    this.epoch++;
    return this;
  }

  /** A generator that continues as this one will. */
  clone(): Generator {
    return new Generator().setState(this.getState());
  }

  /** One draw: an integer in [0, 2^32). */
  random32(): number {
    return this.engine.draw() >>> 0;
  }

  /** Two draws: an integer in [0, 2^64), the first draw above the second. */
  random64(): bigint {
    const high = this.random32();
    return (BigInt(high) << 32n) | BigInt(this.random32());
  }

  /** Fills `out` with one draw each, as signed integers. */
  randomWords(out: Int32Array): void {
    this.engine.drawMany(out);
  }

  /** One draw: a multiple of 2^-24 in [0, 1), the uniform of float32. */
  uniform24(): number {
    return (this.engine.draw() & 0xffffff) * 2 ** -24;
  }

  /** Two draws: a multiple of 2^-53 in [0, 1), the uniform of float64. */
  uniform53(): number {
    const high = this.engine.draw() & 0x1fffff;
    return (high * 2 ** 32 + (this.engine.draw() >>> 0)) * 2 ** -53;
  }
}

function toBigInt(seed: number): bigint {
  return Number.isFinite(seed) ? BigInt(Math.trunc(seed)) : overflow();
}

function overflow(): never {
  return fail('random/argument', { text: 'Overflow when unpacking long' });
}

/** The generator that random functions use when they are given none; starts unpredictably. */
export const defaultGenerator: Generator = /* @__PURE__ */ unpredictable();

function unpredictable(): Generator {
  const generator = new Generator();
  generator.seed();
  return generator;
}

/** Seeds {@link defaultGenerator}: `torch.manual_seed`. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}
