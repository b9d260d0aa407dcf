import { fail } from '../errors/index.ts';

/** Bytes of PyTorch's CPU generator state, and of the older form without the cached float32 normal. */
const SIZE = 5056;
const LEGACY_SIZE = 5048;
const WORDS = 624;

/** Offsets of the fields of PyTorch's `CPUGeneratorImplState`, all little-endian. */
const at = {
  seed: 0,
  left: 8,
  seeded: 12,
  next: 16,
  words: 24,
  normalX: 5016,
  normalY: 5024,
  normalRho: 5032,
  normalValid: 5040,
} as const;

/** What a generator's state bytes say. */
export interface GeneratorState {
  readonly seed: bigint;
  readonly left: number;
  readonly next: number;
  readonly words: Int32Array;
  /** The second value of the last pair of double-precision normals, when it has not been handed out. */
  readonly normal: number | undefined;
}

/** The bytes `torch.get_rng_state` gives: 5056, of which PyTorch reads back every field. */
export function encodeState(state: GeneratorState): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(at.seed, state.seed, true);
  view.setInt32(at.left, state.left, true);
  view.setInt32(at.seeded, 1, true);
  view.setUint32(at.next, state.next, true);
  for (let i = 0; i < WORDS; i++) view.setInt32(at.words + 8 * i, state.words[i] as number, true);
  if (state.normal !== undefined) {
    view.setFloat64(at.normalY, state.normal, true);
    view.setInt32(at.normalValid, 1, true);
  }
  return bytes;
}

/** Reads what `torch.get_rng_state` gives, or gave before PyTorch 1.6; fails as `torch.set_rng_state` does. */
export function decodeState(bytes: Uint8Array): GeneratorState {
  const size = bytes.length;
  if (size !== SIZE && size !== LEGACY_SIZE) fail('random/state-size', { size });
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const left = view.getInt32(at.left, true);
  const next = view.getUint32(at.next, true);
  const valid = view.getInt32(at.seeded, true) !== 0 && left > 0 && left <= WORDS && next <= WORDS;
  if (!valid || view.getUint32(at.next + 4, true) !== 0)
    fail('random/argument', { text: 'Invalid mt19937 state' });
  const words = new Int32Array(WORDS);
  for (let i = 0; i < WORDS; i++) words[i] = view.getInt32(at.words + 8 * i, true);
  const normal = view.getInt32(at.normalValid, true) === 0 ? undefined : cachedNormal(view, size);
  return { seed: view.getBigUint64(at.seed, true), left, next, words, normal };
}

/** The legacy form keeps the radius and a uniform instead of the normal itself. */
function cachedNormal(view: DataView, size: number): number {
  if (size === SIZE) return view.getFloat64(at.normalY, true);
  return view.getFloat64(at.normalRho, true) * Math.sin(2 * Math.PI * view.getFloat64(at.normalX, true));
}
