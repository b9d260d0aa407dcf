const WORDS = 624;
const OFFSET = 397;
const MATRIX = 0x9908b0df | 0;

/**
 * The Mersenne Twister MT19937 of 32 bits, with PyTorch's bookkeeping: `left` counts down to the next refill and
 * `next` is the position of the word to hand out, so that saved states are interchangeable.
 */
export class Mt19937 {
  readonly words: Int32Array = new Int32Array(WORDS);
  left = 1;
  next = 0;

  /** Starts the stream of `seed`, of which the low 32 bits count. */
  seed(seed: number): void {
    const { words } = this;
    let previous = seed | 0;
    words[0] = previous;
    for (let j = 1; j < WORDS; j++) {
      previous = (Math.imul(1812433253, previous ^ (previous >>> 30)) + j) | 0;
      words[j] = previous;
    }
    this.left = 1;
    this.next = 0;
  }

  /** The next 32 random bits, as a signed integer. */
  draw(): number {
    this.left -= 1;
    if (this.left === 0) this.refill();
    const word = this.words[this.next] as number;
    this.next += 1;
    return temper(word);
  }

  /** Fills `out` with what as many calls of {@link draw} would give. */
  drawMany(out: Int32Array): void {
    const count = out.length;
    for (let i = 0; i < count; ) {
      if (this.left === 1) {
        this.refill();
        this.left += 1;
      }
      const run = Math.min(this.left - 1, count - i);
      const { words, next } = this;
      for (let k = 0; k < run; k++) out[i + k] = temper(words[next + k] as number);
      this.next += run;
      this.left -= run;
      i += run;
    }
  }

  private refill(): void {
    const { words } = this;
    let current = words[0] as number;
    let k = 0;
    for (; k < WORDS - OFFSET; k++) {
      const following = words[k + 1] as number;
      words[k] = (words[k + OFFSET] as number) ^ twist(current, following);
      current = following;
    }
    for (; k < WORDS - 1; k++) {
      const following = words[k + 1] as number;
      words[k] = (words[k + OFFSET - WORDS] as number) ^ twist(current, following);
      current = following;
    }
    words[k] = (words[OFFSET - 1] as number) ^ twist(current, words[0] as number);
    this.left = WORDS;
    this.next = 0;
  }
}

function twist(current: number, following: number): number {
  const mixed = (current & 0x80000000) | (following & 0x7fffffff);
  return (mixed >>> 1) ^ (-(following & 1) & MATRIX);
}

function temper(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >>> 18);
}
