/** A slice with its bounds worked out: `length` elements from `start`, `step` apart. */
export interface Slice {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** Python's slice of a dimension: missing bounds mean the ends, negative ones count back, all are clamped. */
export function normalizeSlice(
  size: number,
  start: number | undefined,
  stop: number | undefined,
  step: number,
): Slice {
  const from = clampBound(start ?? 0, size);
  const to = Math.max(clampBound(stop ?? size, size), from);
  return { start: from, step, length: Math.ceil((to - from) / step) };
}

function clampBound(bound: number, size: number): number {
  return Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
}
