// Methods that take their arguments in another order than the functions of their name.
import type { Tensor } from '../extend/index.ts';
import * as gamma from './special/gamma.ts';

/** The `n`-th derivative of `digamma`. */
export function polygamma(self: Tensor, n: number): Tensor {
  return gamma.polygamma(n, self);
}
