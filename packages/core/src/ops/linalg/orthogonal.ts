import { fail } from '../../errors/index.ts';
import { type GradRecord, type Tensor, track, trackAll } from '../../extend/index.ts';
import { formQ, type Matrix, qrInPlace } from '../../linalg/index.ts';
import { cat } from '../join.ts';
import { checkMatrices, checkRank, readMatrices, writeMatrices, writeVectors } from './host-matrices.ts';
import { solveTriangular } from './solve.ts';

const T = (x: Tensor): Tensor => x.transpose(-2, -1);

/** How much of Q is given: its first columns, all of it, or nothing. */
export type QrMode = 'reduced' | 'complete' | 'r';

interface QrAttrs {
  readonly mode: QrMode;
}

const qrRecord: GradRecord<QrAttrs> = {
  name: 'LinalgQrBackward0',
  saves: { in: [0], out: [0, 1] },
  backward: ([gQ, gR], c) => {
    if (gQ === undefined && gR === undefined) return [null];
    const a = c.input(0);
    const [m, n] = a.shape.slice(-2) as [number, number];
    if (c.attrs.mode === 'r') {
      fail('op/argument', {
        text: "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr.",
      });
    }
    if (c.attrs.mode === 'complete' && m > n) {
      fail('op/argument', {
        text: "The QR decomposition is not differentiable when mode='complete' and nrows > ncols",
      });
    }
    const q = c.output(0);
    const r = c.output(1);
    const forQ = gQ ?? q.detach().zerosLike();
    const forR = gR ?? r.detach().zerosLike();
    if (m >= n) return [tallGradient(forQ, forR, q, r)];
    const y = a.narrow(-1, m, n - m);
    const gV = forR.narrow(-1, m, n - m);
    const first = tallGradient(forQ.add(y.matmul(T(gV))), forR.narrow(-1, 0, m), q, r.narrow(-1, 0, m));
    return [cat([first, q.matmul(gV)], -1)];
  },
};

/** (gQ + Q copyltu(R gRᵀ - gQᵀ Q)) R⁻ᵀ, where copyltu mirrors the lower triangle. */
function tallGradient(gQ: Tensor, gR: Tensor, q: Tensor, r: Tensor): Tensor {
  const m = r.matmul(T(gR)).sub(T(gQ).matmul(q));
  const mirrored = m.tril().add(T(m.tril(-1)));
  return solveTriangular(T(r), gQ.add(q.matmul(mirrored)), { upper: false, left: false });
}

/** Q with orthonormal columns and upper triangular R with A = QR. */
export function qr(self: Tensor, mode: QrMode = 'reduced'): { Q: Tensor; R: Tensor } {
  checkMatrices('linalg.qr', self);
  if (!['reduced', 'complete', 'r'].includes(mode)) {
    fail('op/argument', {
      text: `qr received unrecognized mode '${String(mode)}' but expected one of 'reduced' (default), 'r', or 'complete'`,
    });
  }
  const { lead, rows, columns, matrices } = readMatrices(self, 'linalg.qr');
  const k = mode === 'complete' ? rows : Math.min(rows, columns);
  const factors = matrices.map((a) => ({ a, taus: qrInPlace(a) }));
  const q = factors.map(({ a, taus }) => formQ(a, taus, k));
  const r = factors.map(({ a }) => upperRows(a, k));
  const outs = [
    mode === 'r' ? self.detach().newEmpty([0]) : writeMatrices(self, lead, rows, k, q),
    writeMatrices(self, lead, k, columns, r),
  ] as const;
  const [Q, R] = trackAll(qrRecord, outs, [self], { mode });
  return { Q, R };
}

function upperRows(a: Matrix, rows: number): Matrix {
  const data = new Float64Array(rows * a.columns);
  for (let i = 0; i < Math.min(rows, a.rows); i++) {
    for (let j = i; j < a.columns; j++) data[i * a.columns + j] = a.data[i * a.columns + j]!;
  }
  return { rows, columns: a.columns, data };
}

/** The reflections whose product is Q, in LAPACK's form, with R above them. Has no derivative. */
export function geqrf(self: Tensor): { a: Tensor; tau: Tensor } {
  checkMatrices('torch.geqrf', self, 'input');
  const { lead, rows, columns, matrices } = readMatrices(self.detach(), 'geqrf');
  const taus = matrices.map(qrInPlace);
  return {
    a: writeMatrices(self, lead, rows, columns, matrices),
    tau: writeVectors(self, [...lead, Math.min(rows, columns)], taus, self.dtype),
  };
}

/** Reflection number `i`: its vector as a column, and τ in the form to multiply matrices with. */
function reflection(a: Tensor, tau: Tensor, i: number): [v: Tensor, tau: Tensor] {
  const rows = a.shape[a.ndim - 2]!;
  const below = a.narrow(-1, i, 1).narrow(-2, i + 1, rows - i - 1);
  const lead = below.shape.slice(0, -2);
  const v = cat([below.newZeros([...lead, i, 1]), below.newOnes([...lead, 1, 1]), below], -2);
  return [v, tau.narrow(-1, i, 1).unsqueeze(-1)];
}

function checkReflections(name: string, a: Tensor, tau: Tensor): void {
  checkRank(name, a);
  checkMatrices(name, a, 'input');
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (m < n) {
    fail('op/argument', {
      text: `${name}: input.shape[-2] must be greater than or equal to input.shape[-1]`,
    });
  }
  if (tau.shape[tau.ndim - 1]! > n) {
    fail('op/argument', {
      text: `${name}: input.shape[-1] must be greater than or equal to tau.shape[-1]`,
    });
  }
}

/** A function of matrices in double precision, as the decompositions are, where the backend has that. */
function inDouble(inputs: readonly Tensor[], fn: (...wide: Tensor[]) => Tensor): Tensor {
  const [{ dtype, backend }] = inputs as readonly [Tensor];
  if (dtype === 'float64' || backend.manifest.dtypes.float64.kind !== 'native') return fn(...inputs);
  return fn(...inputs.map((x) => x.to('float64'))).to(dtype);
}

const noReflections: GradRecord<undefined> = {
  name: 'LinalgHouseholderProductBackward0',
  grads: [{ vjp: () => null }, { vjp: () => null }],
};

/** The first columns of the product of reflections I - τ v vᵀ, whose vectors stand below the diagonal. */
export function householderProduct(self: Tensor, tau: Tensor): Tensor {
  checkReflections('torch.linalg.householder_product', self, tau);
  const count = tau.shape[tau.ndim - 1]!;
  if (count === 0) {
    const start = self.detach().clone().zero_();
    start.diagonal(0, -2, -1).fill_(1);
    return track(noReflections, start.detach(), [self, tau], undefined);
  }
  return inDouble([self, tau], (a, taus) => {
    let q: Tensor = a.clone().zero_();
    q.diagonal(0, -2, -1).fill_(1);
    for (let i = count - 1; i >= 0; i--) {
      const [v, t] = reflection(a, taus, i);
      q = q.sub(v.mul(t).matmul(T(v).matmul(q)));
    }
    return q;
  });
}

/** The product of `other` with the square Q of {@link geqrf}, from the left or the right, transposed or not. */
export function ormqr(self: Tensor, tau: Tensor, other: Tensor, left = true, transpose = false): Tensor {
  checkRank('torch.ormqr', self);
  if (tau.shape[tau.ndim - 1]! > self.shape[self.ndim - 1]!) {
    fail('op/argument', {
      text: 'torch.ormqr: tau.shape[-1] must be less than or equal to input.shape[-1]',
    });
  }
  checkMatrices('torch.ormqr', self, 'input');
  if (!left) return T(ormqr(self, tau, T(other), true, !transpose));
  const count = tau.shape[tau.ndim - 1]!;
  return inDouble([self, tau, other], (a, taus, start) => {
    let out = start;
    for (let step = 0; step < count; step++) {
      const [v, t] = reflection(a, taus, transpose ? step : count - 1 - step);
      out = out.sub(v.mul(t).matmul(T(v).matmul(out)));
    }
    return out;
  });
}
