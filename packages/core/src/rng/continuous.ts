import type { DType } from '../dtype/index.ts';
import { type ElementArray, fillEach, notImplemented, requireFloating } from './elements.ts';
import type { Generator } from './generator.ts';
import { exp } from './math/exp.ts';
import { fma64 } from './math/fma.ts';
import { log } from './math/log.ts';
import { tangent } from './math/trigonometry.ts';
import { check, cxx } from './messages.ts';
import { standardNormal } from './normal.ts';

/** Fills `out` with exponentials of rate `lambda`: -ln(1 - u) / lambda in double precision, two draws each. */
export function exponential(generator: Generator, out: ElementArray, dtype: DType, lambda = 1): void {
  check(lambda >= 0, () => `exponential_ expects lambda >= 0.0, but found lambda=${cxx(lambda)}`);
  requireFloating('exponential_cpu', dtype);
  const scale = -1 / lambda;
  fillEach(out, dtype, () => scale * log(1 - generator.uniform53()));
}

/** Fills `out` with how many trials of chance `p` the first success takes: ceil(ln u / ln(1 - p)), two draws each. */
export function geometric(generator: Generator, out: ElementArray, dtype: DType, p: number): void {
  check(p > 0 && p < 1, () => `geometric_ expects p to be in (0, 1), but got p=${cxx(p)}`);
  if (dtype === 'bool') notImplemented('geometric_cpu', dtype);
  const failure = log(1 - p);
  fillEach(out, dtype, () => Math.ceil(log(generator.uniform53()) / failure));
}

/** Fills `out` with Cauchy values: median + sigma tan(pi (u - 1/2)) in double precision, two draws each. */
export function cauchy(generator: Generator, out: ElementArray, dtype: DType, median = 0, sigma = 1): void {
  requireFloating('cauchy_cpu', dtype);
  fillEach(out, dtype, () => fma64(tangent(Math.PI * (generator.uniform53() - 0.5)), sigma, median));
}

/** Fills `out` with e^x of normals x of `mean` and `std`, which are made one by one as in `standardNormal`. */
export function logNormal(generator: Generator, out: ElementArray, dtype: DType, mean = 1, std = 2): void {
  check(std > 0, () => `log_normal_ expects std > 0.0, but found std=${cxx(std)}`);
  requireFloating('log_normal_cpu', dtype);
  fillEach(out, dtype, () => exp(fma64(standardNormal(generator), std, mean)));
}
