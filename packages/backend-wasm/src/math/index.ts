export { erf, erfc } from './erf.ts';
export { exp, exp2, expm1 } from './exp.ts';
export { digamma, lgamma } from './gamma.ts';
export { acosh, asinh, atanh, cosh, sigmoid, sinh, tanh } from './hyperbolic.ts';
export { acos, asin, atan } from './inverse.ts';
export { log, log1p, log2, log10 } from './log.ts';
export { pow } from './pow.ts';
export { cos, sin, tan } from './trigonometric.ts';
