// Methods that take their arguments in another order than the functions of their name.
import type { Tensor } from '../extend/index.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import * as gamma from './special/gamma.ts';

const polygammaFn = (self: Tensor, n: number): Tensor => gamma.polygamma(n, self);

/** The `n`-th derivative of `digamma`. */
export const polygamma: WithInPlace<typeof polygammaFn> = withInPlace(polygammaFn);
