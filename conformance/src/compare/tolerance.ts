import overrides from '../../corpus/tolerances.json' with { type: 'json' };

/** How far a number may be from what PyTorch gave: `|got - expected| <= atol + rtol * |expected|`. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

const exact: Tolerance = { rtol: 0, atol: 0 };

/** The defaults of `torch.testing.assert_close`. */
const defaults: Readonly<Record<string, Tolerance>> = {
  float16: { rtol: 1e-3, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
  float32: { rtol: 1.3e-6, atol: 1e-5 },
  float64: { rtol: 1e-7, atol: 1e-7 },
};

/** The tolerance for a dtype's elements; integers and bool have none. */
export function toleranceOf(dtype: string): Tolerance {
  return defaults[dtype] ?? exact;
}

const wider: Readonly<Record<string, Readonly<Record<string, Tolerance>>>> = overrides.ops;

/**
 * The tolerance for elements that an operator gave for inputs of a dtype. Where PyTorch's own tests allow the operator more
 * than the defaults, it is the larger of both, as it is there; `corpus/tolerances.json` says which test allows it.
 */
export function toleranceFor(op: string, inputs: string, dtype: string): Tolerance {
  const usual = toleranceOf(dtype);
  const own = wider[op]?.[inputs];
  if (own === undefined || usual === exact) return usual;
  return { rtol: Math.max(usual.rtol, own.rtol), atol: Math.max(usual.atol, own.atol) };
}

/** True when `got` will do for `expected`. NaN equals NaN only. */
export function isClose(expected: number, got: number, { rtol, atol }: Tolerance): boolean {
  if (Number.isNaN(expected) || Number.isNaN(got)) return Number.isNaN(expected) && Number.isNaN(got);
  if (expected === got) return true;
  if (!Number.isFinite(expected) || !Number.isFinite(got)) return false;
  return Math.abs(got - expected) <= atol + rtol * Math.abs(expected);
}
