/** log(eᵃ + eᵇ) without overflow. */
export function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  const low = Math.min(a, b);
  return low === high && !Number.isFinite(a) ? a : high + Math.log1p(Math.exp(low - high));
}
