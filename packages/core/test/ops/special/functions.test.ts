import { describe, expect, test } from 'vitest';
import { torch } from '../../setup.ts';
import { checkOp, type Domain } from '../check-op.ts';

type T = torch.Tensor;
const { special } = torch;
const positive: Domain = { range: [0.3, 3] };

const differentiable: Readonly<Record<string, readonly [fn: (x: T) => T, domain?: Domain]>> = {
  i0: [special.i0],
  i0e: [special.i0e, { range: [0.3, 2] }],
  i1: [special.i1],
  i1e: [special.i1e, { range: [0.3, 2] }],
  ndtr: [special.ndtr],
  ndtri: [special.ndtri, { range: [0.1, 0.9] }],
  logNdtr: [special.logNdtr],
  erfcx: [special.erfcx],
  entr: [special.entr, positive],
  xlog1py: [(x) => special.xlog1py(x, x), positive],
  digamma: [special.digamma, positive],
  polygamma: [(x) => special.polygamma(2, x), positive],
  mvlgamma: [(x) => special.mvlgamma(x, 2), { range: [1, 3] }],
  zeta: [(x) => special.zeta(3, x), positive],
  igamma: [(x) => special.igamma(torch.full([], 1.5, { dtype: 'float64' }), x), positive],
};

describe('gradients of both orders', () => {
  for (const [name, [fn, domain]] of Object.entries(differentiable)) {
    test(name, () => checkOp(fn, 1, domain));
  }
});

/** Values worked out with 20 digits and more. */
const values: readonly (readonly [name: string, got: T, expected: number])[] = (() => {
  const at = (x: number): T => torch.tensor(x, { dtype: 'float64' });
  return [
    ['J0(6.3)', special.besselJ0(at(6.3)), 0.22381200613219104],
    ['J1(8.5)', special.besselJ1(at(8.5)), 0.2731219636740537],
    ['Y0(6.3)', special.besselY0(at(6.3)), -0.22506174961676398],
    ['Y1(20)', special.besselY1(at(20)), -0.1655116143625213],
    ['I0(1)', special.i0(at(1)), 1.2660658777520084],
    ['K0(1)', special.modifiedBesselK0(at(1)), 0.42102443824070834],
    ['K1(3)', special.modifiedBesselK1(at(3)), 0.040156431128194184],
    ['Ai(1)', special.airyAi(at(1)), 0.13529241631288141],
    ['Ai(-5)', special.airyAi(at(-5)), 0.35076100902411433],
    ['zeta(2, 1)', special.zeta(2, at(1)), Math.PI ** 2 / 6],
    ['erfcx(30)', special.erfcx(at(30)), 0.01879588886141675],
    ['log_ndtr(-20)', special.logNdtr(at(-20)), -203.91715537109727],
    ['P(2, 3)', special.gammainc(at(2), at(3)), 1 - 4 * Math.exp(-3)],
    ['T5(0.3)', special.chebyshevPolynomialT(at(0.3), 5), 0.99888],
    ['P3(0.5)', special.legendrePolynomialP(at(0.5), 3), -0.4375],
  ];
})();

describe('values', () => {
  for (const [name, got, expected] of values) {
    test(name, () => {
      const relative = Math.abs(Number(got.item()) / expected - 1);
      expect(relative).toBeLessThan(1e-14);
    });
  }
});
