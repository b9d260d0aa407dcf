// Size classes: eight to a doubling, in units of 16 bytes, so at most an eighth of a block is wasted.

const UNIT = 16;

/** The smallest class that holds `bytes`. */
export function sizeClass(bytes: number): number {
  const units = Math.ceil(bytes / UNIT);
  if (units <= 8) return units <= 1 ? 0 : units - 1;
  const last = units - 1;
  const octave = 31 - Math.clz32(last);
  return (octave - 2) * 8 + (last >> (octave - 3)) - 8;
}

/** Bytes of a block of class `index`. */
export function classBytes(index: number): number {
  if (index < 8) return (index + 1) * UNIT;
  return UNIT * ((index & 7) + 9) * 2 ** ((index >> 3) - 1);
}
