// PyTorch's older functions outside `torch.linalg`, in terms of those there.
import { type GradRecord, noGrad, type Tensor, track } from '../../extend/index.ts';
import { broadcastShapes } from '../../shape/index.ts';
import { cholesky as choleskyFactor, luFactorEx, luSolve as luSolveFactored } from './factor.ts';
import { qr as orthogonal, type QrMode } from './orthogonal.ts';
import { solveTriangular } from './solve.ts';
import { eigh, pinv, svd as singular } from './spectral.ts';

const T = (x: Tensor): Tensor => x.transpose(-2, -1);

/** `linalg.cholesky`. */
export function cholesky(self: Tensor, upper = false): Tensor {
  return choleskyFactor(self, { upper });
}

interface TriangleAttrs {
  readonly upper: boolean;
}

const choleskySolveRecord: GradRecord<TriangleAttrs> = {
  name: 'CholeskySolveBackward0',
  saves: { in: [1], out: [0] },
  backward: ([g], c) => {
    if (g === undefined) return [null, null];
    const factor = c.input(1);
    const { upper } = c.attrs;
    const own = choleskySolve(g, factor, upper);
    const half = own.matmul(T(c.output()));
    const both = half.add(T(half)).neg();
    return [own, c.needs(1) ? (upper ? factor.matmul(both) : both.matmul(factor)) : null];
  },
};

/** The solution of AX = B from A's Cholesky factor. */
export function choleskySolve(self: Tensor, factor: Tensor, upper = false): Tensor {
  const lead = broadcastShapes(self.shape.slice(0, -2), factor.shape.slice(0, -2));
  const wide = (x: Tensor): Tensor => x.expand([...lead, ...x.shape.slice(-2)]);
  const [b, f] = [wide(self), wide(factor)];
  const out = noGrad(() => {
    const l = upper ? T(f.detach()) : f.detach();
    const half = solveTriangular(l, b.detach(), { upper: false });
    return solveTriangular(T(l), half, { upper: true });
  });
  return track(choleskySolveRecord, out, [b, f], { upper });
}

const choleskyInverseRecord: GradRecord<TriangleAttrs> = {
  name: 'CholeskyInverseBackward0',
  saves: { in: [0], out: [0] },
  backward: ([g], c) => {
    if (g === undefined) return [null];
    const factor = c.input(0);
    const inverse = c.output();
    const both = inverse.matmul(g.add(T(g)).matmul(inverse)).neg();
    return [c.attrs.upper ? factor.matmul(both) : both.matmul(factor)];
  },
};

/** A's inverse from its Cholesky factor. */
export function choleskyInverse(self: Tensor, upper = false): Tensor {
  const identity = noGrad(() => {
    const out = self.detach().newZeros(self.shape);
    out.diagonal(0, -2, -1).fill_(1);
    return out.detach();
  });
  const out = noGrad(() => choleskySolve(identity, self.detach(), upper));
  return track(choleskyInverseRecord, out, [self], { upper });
}

/** `linalg.qr`; with `some` false all of Q. */
export function qr(self: Tensor, some = true): { Q: Tensor; R: Tensor } {
  const mode: QrMode = some ? 'reduced' : 'complete';
  return orthogonal(self, mode);
}

/** Keyword arguments of {@link svd}. */
export interface LegacySvdOptions {
  /** Gives only as many columns as there are singular values. Default true. */
  readonly some?: boolean;
  /** Gives U and V, else zeros. Default true. */
  readonly computeUv?: boolean;
}

/** U, S and V with A = U diag(S) Vᵀ. */
export function svd(
  self: Tensor,
  { some = true, computeUv = true }: LegacySvdOptions = {},
): { U: Tensor; S: Tensor; V: Tensor } {
  const { U, S, Vh } = singular(self, { fullMatrices: !some });
  if (computeUv) return { U, S, V: T(Vh) };
  const [m, n] = self.shape.slice(-2) as [number, number];
  const zeros = (size: number): Tensor => S.detach().newZeros([...self.shape.slice(0, -2), size, size]);
  return { U: zeros(m), S, V: zeros(n) };
}

/** `linalg.eigh`, reading the upper triangle unless told otherwise. */
export function symeig(
  self: Tensor,
  eigenvectors = false,
  upper = true,
): { eigenvalues: Tensor; eigenvectors: Tensor } {
  const found = eigh(self, upper ? 'U' : 'L');
  return eigenvectors ? found : { ...found, eigenvectors: self.detach().newEmpty([0]) };
}

/** The solution of AX = B for triangular A, and A. */
export function triangularSolve(
  self: Tensor,
  a: Tensor,
  upper = true,
  transpose = false,
  unitriangular = false,
): { solution: Tensor; clonedCoefficient: Tensor } {
  const solution = transpose
    ? solveTriangular(T(a), self, { upper: !upper, unitriangular })
    : solveTriangular(a, self, { upper, unitriangular });
  return { solution, clonedCoefficient: a.clone() };
}

/** The LU factors, the pivots and, if asked for, where a pivot was 0. */
export function lu(self: Tensor, pivot = true, getInfos = false): Tensor[] {
  const { LU, pivots, info } = luFactorEx(self, { pivot });
  return getInfos ? [LU, pivots, info] : [LU, pivots];
}

/** `linalg.luSolve` with the right side first. */
export function luSolve(self: Tensor, data: Tensor, pivots: Tensor): Tensor {
  return luSolveFactored(data, pivots, self);
}

/** `linalg.pinv` with a relative threshold. */
export function pinverse(self: Tensor, rcond = 1e-15): Tensor {
  return pinv(self, rcond);
}
