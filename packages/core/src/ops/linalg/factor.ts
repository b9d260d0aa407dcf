import { fail } from '../../errors/index.ts';
import { type GradRecord, noGrad, type Tensor, trackAll } from '../../extend/index.ts';
import {
  choleskyInPlace,
  ldlInPlace,
  ldlSolve as ldlSolveOnHost,
  luInPlace,
  type Matrix,
  zeros,
} from '../../linalg/index.ts';
import { broadcastShapes, numelOf, type Shape } from '../../shape/index.ts';
import { readExamples } from '../host.ts';
import { aligned, exampleSizes } from '../internal/examples.ts';
import { cat } from '../join.ts';
import {
  checkInfo,
  checkMatrices,
  checkSquare,
  readMatrices,
  writeMatrices,
  writeScalars,
  writeVectors,
} from './host-matrices.ts';
import { type CheckOptions, solveTriangular } from './solve.ts';

const T = (x: Tensor): Tensor => x.transpose(-2, -1);

/** Identity matrices to add to triangles. */
function eyeLike(x: Tensor, rows: number, columns: number): Tensor {
  return noGrad(() => {
    const out = x.detach().newZeros([rows, columns]);
    out.diagonal().fill_(1);
    return out.detach();
  });
}

const choleskyRecord: GradRecord<undefined> = {
  name: 'LinalgCholeskyExBackward0',
  saves: { out: [0] },
  backward: ([g], c) => {
    if (g === undefined) return [null];
    const l = c.output();
    // Φ(Lᵀ gL): the lower triangle with half the diagonal; then L⁻ᵀ Φ L⁻¹ made symmetric.
    const phi = T(l).matmul(g).tril();
    const halved = phi.sub(phi.diagonal(0, -2, -1).mul(0.5).diagEmbed());
    const left = solveTriangular(T(l), halved, { upper: true });
    const both = solveTriangular(l, left, { upper: false, left: false });
    return [both.add(T(both)).mul(0.5)];
  },
};

/** Keyword arguments of {@link cholesky}. */
export interface CholeskyOptions {
  /** Gives and reads the upper triangle. Default false. */
  readonly upper?: boolean;
}

function choleskyOf(name: string, self: Tensor, upper: boolean, check: boolean): { L: Tensor; info: Tensor } {
  checkSquare(name, self);
  if (upper) {
    const { L, info } = choleskyOf(name, T(self), false, check);
    return { L: T(L), info };
  }
  const { lead, rows, matrices } = readMatrices(self, name);
  const infos = matrices.map(choleskyInPlace);
  if (check) {
    checkInfo(
      name,
      lead,
      infos,
      (info) =>
        `The factorization could not be completed because the input is not positive-definite (the leading minor of order ${info} is not positive-definite).`,
    );
  }
  const outs = [
    writeMatrices(self, lead, rows, rows, matrices),
    writeScalars(self, lead, infos, 'int32'),
  ] as const;
  const [L, info] = trackAll(choleskyRecord, outs, [self], undefined);
  return { L, info };
}

/** L with A = LLᵀ for positive definite A. @throws `op/argument` for others */
export function cholesky(self: Tensor, { upper = false }: CholeskyOptions = {}): Tensor {
  return choleskyOf('linalg.cholesky', self, upper, true).L;
}

/** {@link cholesky} that reports failure in `info`. */
export function choleskyEx(
  self: Tensor,
  { upper = false, checkErrors = false }: CholeskyOptions & CheckOptions = {},
): { L: Tensor; info: Tensor } {
  return choleskyOf('linalg.cholesky_ex', self, upper, checkErrors);
}

interface LuAttrs {
  /** P with A = PLU. */
  readonly p: Tensor;
}

const luRecord: GradRecord<LuAttrs> = {
  name: 'LinalgLuFactorExBackward0',
  saves: { out: [0] },
  backward: ([g], c) => (g === undefined ? [null] : [luGradient(g, c.output(), c.attrs.p)]),
};

function luGradient(g: Tensor, lu: Tensor, p: Tensor): Tensor {
  const [m, n] = lu.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const square = lu.narrow(-2, 0, k).narrow(-1, 0, k);
  const l = square.tril(-1).add(eyeLike(lu, k, k));
  const u = square.triu();
  const g1 = g.narrow(-2, 0, k).narrow(-1, 0, k);
  let inner = T(l)
    .matmul(g1.tril(-1))
    .tril(-1)
    .add(g1.triu().matmul(T(u)).triu());
  const unit = { upper: true, unitriangular: true };
  const fromRight = (x: Tensor): Tensor => solveTriangular(T(u), x, { upper: false, left: false });
  if (m < n) {
    const g2 = g.narrow(-1, k, n - k);
    inner = inner.sub(g2.matmul(T(lu.narrow(-1, k, n - k))).tril(-1));
    const first = solveTriangular(T(l), fromRight(inner), unit);
    return p.matmul(cat([first, solveTriangular(T(l), g2, unit)], -1));
  }
  if (m > n) {
    const g2 = g.narrow(-2, k, m - k);
    inner = inner.sub(
      T(lu.narrow(-2, k, m - k))
        .matmul(g2)
        .triu(),
    );
    const first = solveTriangular(T(l), fromRight(inner), unit);
    return p.matmul(cat([first, fromRight(g2)], -2));
  }
  return p.matmul(solveTriangular(T(l), fromRight(inner), unit));
}

/** Keyword arguments of {@link luFactor}. */
export interface LuOptions {
  /** Exchanges rows. Default true; the host has no other way. */
  readonly pivot?: boolean;
}

/** LU factors in one matrix, which rows were exchanged (from 1), and where a pivot was 0. */
export function luFactorEx(
  self: Tensor,
  { pivot = true, checkErrors = false }: LuOptions & CheckOptions = {},
): { LU: Tensor; pivots: Tensor; info: Tensor } {
  return luOf('linalg.lu_factor_ex', self, pivot, checkErrors);
}

function luOf(
  name: string,
  self: Tensor,
  pivot: boolean,
  check: boolean,
): { LU: Tensor; pivots: Tensor; info: Tensor } {
  checkMatrices(name, self);
  if (!pivot) {
    fail('op/argument', {
      text: 'linalg.lu_factor: LU without pivoting is not implemented on the CPU',
    });
  }
  const { lead, rows, columns, matrices } = readMatrices(self, name);
  const parts = matrices.map((a) => luInPlace(a, pivot));
  const infos = parts.map(({ info }) => info);
  if (check) {
    checkInfo(
      `torch.${name}`,
      lead,
      infos,
      (info) =>
        `U[${info},${info}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)`,
    );
  }
  const steps = Math.min(rows, columns);
  const pivots = writeVectors(
    self,
    [...lead, steps],
    parts.map((part) => part.pivots.map((row) => row + 1)),
    'int32',
  );
  const p = writeMatrices(
    self,
    lead,
    rows,
    rows,
    parts.map((part) => permutation(part.pivots, rows)),
  );
  const outs = [
    writeMatrices(self, lead, rows, columns, matrices),
    pivots,
    writeScalars(self, lead, infos, 'int32'),
  ] as const;
  const [LU, , info] = trackAll(luRecord, outs, [self], { p });
  return { LU, pivots, info };
}

/** P with PᵀA = LU from exchanges counted from 0. */
function permutation(pivots: ArrayLike<number>, rows: number): Matrix {
  const order = Array.from({ length: rows }, (_, i) => i);
  for (let k = 0; k < pivots.length; k++) {
    const held = order[k]!;
    order[k] = order[pivots[k]!]!;
    order[pivots[k]!] = held;
  }
  const out = zeros(rows, rows);
  order.forEach((from, to) => {
    out.data[from * rows + to] = 1;
  });
  return out;
}

/** {@link luFactorEx} that throws where a pivot is 0. */
export function luFactor(self: Tensor, { pivot = true }: LuOptions = {}): { LU: Tensor; pivots: Tensor } {
  const { LU, pivots } = luOf('linalg.lu_factor', self, pivot, true);
  return { LU, pivots };
}

/** P, L and U with A = PLU. */
export function lu(self: Tensor, { pivot = true }: LuOptions = {}): { P: Tensor; L: Tensor; U: Tensor } {
  const { LU, pivots } = luOf('linalg.lu', self, pivot, false);
  return luUnpack(LU, pivots);
}

/** P, L and U from what {@link luFactor} gives; empty where not asked for. */
export function luUnpack(
  data: Tensor,
  pivots: Tensor,
  unpackData = true,
  unpackPivots = true,
): { P: Tensor; L: Tensor; U: Tensor } {
  const lead = data.shape.slice(0, -2);
  const [m, n] = data.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const none = (): Tensor => data.detach().newEmpty([0]);
  const L = unpackData
    ? data
        .narrow(-1, 0, k)
        .tril(-1)
        .add(eyeLike(data, m, k))
    : none();
  const U = unpackData ? data.narrow(-2, 0, k).triu() : none();
  const P = unpackPivots ? permutationsOf(data, pivots, lead, m) : none();
  return { P, L, U };
}

/** The matrices of the row exchanges, in the dtype of `like`. */
function permutationsOf(like: Tensor, pivots: Tensor, lead: Shape, rows: number): Tensor {
  const [own, swaps] = aligned(like, pivots);
  const steps = pivots.shape[pivots.ndim - 1]!;
  const values = readExamples(swaps, 'lu_unpack');
  const count = numelOf([...exampleSizes(swaps), ...pivots.shape.slice(0, -1)]);
  const matrices = Array.from({ length: count }, (_, i) =>
    permutation(
      values.slice(i * steps, (i + 1) * steps).map((row) => row - 1),
      rows,
    ),
  );
  return writeMatrices(own, lead, rows, rows, matrices);
}

/** Keyword arguments of {@link luSolve}. */
export interface LuSolveOptions {
  /** Solves AX = B, else XA = B. Default true. */
  readonly left?: boolean;
  /** Takes Aᵀ for A. Default false. */
  readonly adjoint?: boolean;
}

/** The solution of AX = B from the factors of A. */
export function luSolve(
  LU: Tensor,
  pivots: Tensor,
  B: Tensor,
  { left = true, adjoint = false }: LuSolveOptions = {},
): Tensor {
  checkSquare('linalg.lu_solve', LU, 'LU');
  if (!left) return T(luSolve(LU, pivots, T(B), { adjoint: !adjoint }));
  const n = LU.shape[LU.ndim - 1]!;
  const p = permutationsOf(LU, pivots, LU.shape.slice(0, -2), n);
  const lower = { upper: false, unitriangular: true };
  if (!adjoint) {
    return solveTriangular(LU, solveTriangular(LU, T(p).matmul(B), lower), { upper: true });
  }
  const first = solveTriangular(T(LU), B, { upper: false });
  return p.matmul(solveTriangular(T(LU), first, { upper: true, unitriangular: true }));
}

/** Keyword arguments of {@link ldlFactor}. */
export interface LdlOptions {
  /** For complex matrices; real ones are the same either way. */
  readonly hermitian?: boolean;
}

/** Factors of symmetric matrices, LDLᵀ with pivots (from 1), and where a pivot was 0. */
export function ldlFactorEx(
  self: Tensor,
  { checkErrors = false }: LdlOptions & CheckOptions = {},
): { LD: Tensor; pivots: Tensor; info: Tensor } {
  const name = 'torch.linalg.ldl_factor_ex';
  checkSquare(name, self);
  const { lead, rows, matrices } = readMatrices(self.detach().tril(), name);
  const parts = matrices.map(ldlInPlace);
  const infos = parts.map(({ info }) => info);
  if (checkErrors) {
    checkInfo(
      name,
      lead,
      infos,
      (info) => `D[${info},${info}] is zero and using it on ldl_solve would result in a division by zero.`,
    );
  }
  return {
    LD: writeMatrices(self, lead, rows, rows, matrices),
    pivots: writeVectors(
      self,
      [...lead, rows],
      parts.map(({ pivots }) => pivots),
      'int32',
    ),
    info: writeScalars(self, lead, infos, 'int32'),
  };
}

/** {@link ldlFactorEx} that throws where a pivot is 0. */
export function ldlFactor(self: Tensor, options: LdlOptions = {}): { LD: Tensor; pivots: Tensor } {
  const { LD, pivots } = ldlFactorEx(self, { ...options, checkErrors: true });
  return { LD, pivots };
}

/** The solution of AX = B from the factors of A. */
export function ldlSolve(LD: Tensor, pivots: Tensor, B: Tensor, _options: LdlOptions = {}): Tensor {
  const name = 'linalg.ldl_solve';
  checkSquare(`torch.${name}`, LD, 'LD');
  const lead = broadcastShapes(LD.shape.slice(0, -2), B.shape.slice(0, -2));
  const n = LD.shape[LD.ndim - 1]!;
  return noGrad(() => {
    const [LDs, Bs, swapped] = aligned(
      LD.expand([...lead, n, n]),
      B.expand([...lead, ...B.shape.slice(-2)]),
      pivots.expand([...lead, n]),
    );
    const factors = readMatrices(LDs, name);
    const right = readMatrices(Bs, name);
    const swaps = readExamples(swapped, name);
    factors.matrices.forEach((a, i) => {
      ldlSolveOnHost(a, swaps.subarray(i * n, (i + 1) * n), right.matrices[i]!);
    });
    return writeMatrices(Bs, lead, right.rows, right.columns, right.matrices);
  });
}
