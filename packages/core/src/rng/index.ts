/**
 * PyTorch's CPU random streams as fills of typed arrays in memory order, bit for bit where its results do not depend
 * on the C library. Every fill takes the generator first, then the elements and their dtype.
 */
export { bernoulliScalar, bernoulliTensor, dropoutMask } from './bernoulli.ts';
export { cauchy, exponential, geometric, logNormal } from './continuous.ts';
export type { ElementArray } from './elements.ts';
export { defaultGenerator, Generator, manualSeed } from './generator.ts';
export { checkPermutation, type Integer, randint, random, randomBetween, randperm } from './integers.ts';
export { cxx } from './messages.ts';
export { multinomial } from './multinomial.ts';
export { normal } from './normal.ts';
export { poisson } from './poisson.ts';
export { uniform } from './uniform.ts';
