import { fail } from '../../errors/index.ts';
import { type GradRecord, noGrad, Tensor, track, trackAll } from '../../extend/index.ts';
import { eigh as eighOnHost, type Matrix, svd as svdOnHost, zeros } from '../../linalg/index.ts';
import { checkMatrices, checkSquare, readMatrices, writeMatrices, writeVectors } from './host-matrices.ts';

const T = (x: Tensor): Tensor => x.transpose(-2, -1);
const asRow = (x: Tensor): Tensor => x.unsqueeze(-2);
const asColumn = (x: Tensor): Tensor => x.unsqueeze(-1);

const skew = (x: Tensor): Tensor => x.sub(T(x));

/** x[j] - x[i] with ones on the diagonal: what off-diagonal elements are divided by. */
function gaps(x: Tensor): Tensor {
  const difference = asRow(x).sub(asColumn(x));
  const ones = noGrad(() => x.detach().newOnes(x.shape).diagEmbed());
  return difference.add(ones);
}

const eighRecord: GradRecord<undefined> = {
  name: 'LinalgEighBackward0',
  saves: { out: [0, 1] },
  backward: ([gL, gV], c) => {
    const v = c.output(1);
    if (gV === undefined) {
      if (gL === undefined) return [null];
      return [v.mul(asRow(gL)).matmul(T(v))];
    }
    // Only the antisymmetric part moves V within the orthogonal matrices.
    const inner = skew(T(v).matmul(gV))
      .mul(0.5)
      .div(gaps(c.output(0)));
    const middle = gL === undefined ? inner : inner.add(gL.diagEmbed());
    return [v.matmul(middle).matmul(T(v))];
  },
};

function checkUplo(uplo: string): void {
  if (!['L', 'U', 'l', 'u'].includes(uplo)) {
    fail('op/argument', { text: `Expected UPLO argument to be 'L' or 'U', but got ${uplo}` });
  }
}

/** Eigenvalues, ascending, and eigenvectors (as columns) of symmetric matrices, of which one triangle is read. */
export function eigh(self: Tensor, uplo: 'L' | 'U' = 'L'): { eigenvalues: Tensor; eigenvectors: Tensor } {
  checkSquare('linalg.eigh', self);
  checkUplo(uplo);
  const upper = uplo.toUpperCase() === 'U';
  const { lead, rows, matrices } = readMatrices(self, 'linalg.eigh');
  const parts = matrices.map((a) => eighOnHost(symmetric(a, upper)));
  const outs = [
    writeVectors(
      self,
      [...lead, rows],
      parts.map(({ values }) => values),
      self.dtype,
    ),
    writeMatrices(
      self,
      lead,
      rows,
      rows,
      parts.map(({ vectors }) => vectors),
    ),
  ] as const;
  const [eigenvalues, eigenvectors] = trackAll(eighRecord, outs, [self], undefined);
  return { eigenvalues, eigenvectors };
}

function symmetric(a: Matrix, upper: boolean): Matrix {
  const n = a.rows;
  const out = zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = upper ? a.data[j * n + i]! : a.data[i * n + j]!;
      out.data[i * n + j] = value;
      out.data[j * n + i] = value;
    }
  }
  return out;
}

/** The eigenvalues of symmetric matrices, ascending. */
export function eigvalsh(self: Tensor, uplo: 'L' | 'U' = 'L'): Tensor {
  return eigh(self, uplo).eigenvalues;
}

const svdRecord: GradRecord<undefined> = {
  name: 'LinalgSvdBackward0',
  saves: { out: [0, 1, 2] },
  backward: ([gU, gS, gVh], c) => {
    const s = c.output(1);
    const k = s.shape[s.ndim - 1]!;
    const columns = (x: Tensor): Tensor => x.narrow(-1, 0, k);
    const u = columns(c.output(0));
    const vh = c.output(2).narrow(-2, 0, k);
    const forU = gU === undefined ? undefined : columns(gU);
    const forVh = gVh === undefined ? undefined : gVh.narrow(-2, 0, k);
    return [svdGradient(forU, gS, forVh, u, s, vh)];
  },
};

function svdGradient(
  gU: Tensor | undefined,
  gS: Tensor | undefined,
  gVh: Tensor | undefined,
  u: Tensor,
  s: Tensor,
  vh: Tensor,
): Tensor | null {
  if (gU === undefined && gVh === undefined) {
    return gS === undefined ? null : u.mul(asRow(gS)).matmul(vh);
  }
  const m = u.shape[u.ndim - 2]!;
  const n = vh.shape[vh.ndim - 1]!;
  const k = s.shape[s.ndim - 1]!;
  const apart = gaps(s.mul(s));
  let inner = gS === undefined ? s.detach().zerosLike().diagEmbed() : gS.diagEmbed();
  if (gU !== undefined) inner = inner.add(skew(T(u).matmul(gU)).div(apart).mul(asRow(s)));
  if (gVh !== undefined) inner = inner.add(asColumn(s).mul(skew(vh.matmul(T(gVh))).div(apart)));
  let left = u.matmul(inner);
  if (gU !== undefined && m > k) {
    const scaled = gU.div(asRow(s));
    left = left.add(scaled.sub(u.matmul(T(u).matmul(scaled))));
  }
  const out = left.matmul(vh);
  if (gVh === undefined || n <= k) return out;
  const scaled = gVh.div(asColumn(s));
  return out.add(u.matmul(scaled.sub(scaled.matmul(T(vh)).matmul(vh))));
}

/** Keyword arguments of {@link svd}. */
export interface SvdOptions {
  /** Completes U and Vh to square matrices. Default true. */
  readonly fullMatrices?: boolean;
  /** For other devices. */
  readonly driver?: string | null;
}

/** U, the singular values S, descending, and Vh with A = U diag(S) Vh. */
export function svd(
  self: Tensor,
  { fullMatrices = true }: SvdOptions = {},
): { U: Tensor; S: Tensor; Vh: Tensor } {
  checkMatrices('linalg.svd', self);
  const { lead, rows, columns, matrices } = readMatrices(self, 'linalg.svd');
  const k = Math.min(rows, columns);
  const parts = matrices.map((a) => svdOnHost(a, fullMatrices));
  const outs = [
    writeMatrices(
      self,
      lead,
      rows,
      fullMatrices ? rows : k,
      parts.map(({ u }) => u),
    ),
    writeVectors(
      self,
      [...lead, k],
      parts.map(({ s }) => s),
      self.dtype,
    ),
    writeMatrices(
      self,
      lead,
      fullMatrices ? columns : k,
      columns,
      parts.map(({ vt }) => vt),
    ),
  ] as const;
  const [U, S, Vh] = trackAll(svdRecord, outs, [self], undefined);
  return { U, S, Vh };
}

/** The singular values, descending. */
export function svdvals(self: Tensor, options: Pick<SvdOptions, 'driver'> = {}): Tensor {
  return svd(self, { ...options, fullMatrices: false }).S;
}

/** A number, or one for each matrix of the batch. */
export type Threshold = number | Tensor | null | undefined;

/** Keyword arguments of {@link pinv} and {@link matrixRank}: what counts as 0. */
export interface RankOptions {
  /** Singular values up to this. Default 0. */
  readonly atol?: Threshold;
  /** Singular values up to this times the largest. Default eps · max(rows, columns), or 0 with `atol`. */
  readonly rtol?: Threshold;
  /** The matrices are symmetric. Default false. */
  readonly hermitian?: boolean;
}

const epsilon = { float32: 2 ** -23, float64: 2 ** -52 } as const;

/** For each matrix the singular value up to which they count as 0. */
function cutoff(self: Tensor, largest: Tensor, { atol, rtol }: RankOptions): Tensor {
  const [m, n] = self.shape.slice(-2) as [number, number];
  const eps = epsilon[self.dtype as 'float64'] * Math.max(m, n);
  const absolute = atol ?? 0;
  const like = (x: number | Tensor): Tensor => (x instanceof Tensor ? x : largest.newFull([], x));
  const given =
    atol instanceof Tensor ? atol.gt(0) : largest.newFull([], Number(absolute) > 0, { dtype: 'bool' });
  const relative = rtol == null ? like(eps).mul(given.logicalNot()) : like(rtol);
  return like(absolute).maximum(relative.mul(largest));
}

/** The sizes of singular values: of symmetric matrices the sizes of eigenvalues. */
function sizes(self: Tensor, hermitian: boolean): Tensor {
  return hermitian ? eigvalsh(self).abs() : svdvals(self);
}

/** How many singular values are not 0. Legacy `tol` is an absolute threshold. */
export function matrixRank(self: Tensor, tol?: Threshold, options: RankOptions = {}): Tensor {
  checkMatrices('linalg.matrix_rank', self);
  const { hermitian = false } = options;
  const [m, n] = self.shape.slice(-2) as [number, number];
  return noGrad(() => {
    const x = self.detach();
    const lead = self.shape.slice(0, -2);
    if (Math.min(m, n) === 0) return x.newZeros(lead, { dtype: 'int64' });
    const s = sizes(x, hermitian);
    const limit = cutoff(x, s.amax(-1), tol == null ? options : { atol: tol, rtol: 0 });
    return s.gt(limit.unsqueeze(-1)).sum(-1);
  });
}

const pinvRecord: GradRecord<undefined> = {
  name: 'LinalgPinvBackward0',
  grads: [{ in: [0], out: [0], vjp: (g, c) => pinvGradient(g, c.output(), c.input(0)) }],
};

/** The differential of a pseudoinverse of constant rank (Golub & Pereyra 1973), multiplied so that small matrices come first. */
function pinvGradient(g: Tensor, inverse: Tensor, a: Tensor): Tensor {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const gT = T(g);
  if (m <= n) {
    const k = gT.matmul(inverse);
    const kp = k.matmul(T(inverse));
    return T(inverse.matmul(k))
      .neg()
      .add(kp)
      .sub(a.matmul(inverse).matmul(kp))
      .add(
        T(inverse)
          .matmul(inverse)
          .matmul(gT.sub(k.matmul(a))),
      );
  }
  const k = inverse.matmul(gT);
  const pk = T(inverse).matmul(k);
  return T(k.matmul(inverse))
    .neg()
    .add(gT.sub(a.matmul(k)).matmul(inverse).matmul(T(inverse)))
    .add(pk)
    .sub(pk.matmul(inverse).matmul(a));
}

/** The pseudoinverses of matrices. Legacy `rcond` is a relative threshold. */
export function pinv(self: Tensor, rcond?: Threshold, options: RankOptions = {}): Tensor {
  checkMatrices('linalg.pinv', self);
  const given = rcond == null ? options : { ...options, atol: 0, rtol: rcond };
  const out = noGrad(() => {
    const x = self.detach();
    const [m, n] = x.shape.slice(-2) as [number, number];
    if (x.numel() === 0) return x.newZeros([...x.shape.slice(0, -2), n, m]);
    const source = options.hermitian === true ? mirrored(x) : x;
    const { U, S, Vh } = svd(source, { fullMatrices: false });
    const limit = cutoff(x, S.amax(-1), given).unsqueeze(-1);
    const inverse = S.reciprocal().maskedFill(S.le(limit), 0);
    return T(Vh).mul(asRow(inverse)).matmul(T(U));
  });
  return track(pinvRecord, out.contiguous().detach(), [self], undefined);
}

/** The symmetric matrices whose lower triangles are given. */
function mirrored(x: Tensor): Tensor {
  const { lead, rows, matrices } = readMatrices(x, 'linalg.pinv');
  return writeMatrices(
    x,
    lead,
    rows,
    rows,
    matrices.map((a) => symmetric(a, false)),
  );
}
