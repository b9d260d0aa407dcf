import { keepsHistory } from '../../autograd/index.ts';
import { finfo } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import { canRead, type GradRecord, type Tensor, track, trackAll } from '../../extend/index.ts';
import { cofactors as cofactorsOf, cofactorsPullback, luInPlace, type Matrix } from '../../linalg/index.ts';
import { aligned } from '../internal/examples.ts';
import { checkSquare, readMatrices, writeMatrices, writeScalars } from './host-matrices.ts';
import { inv } from './solve.ts';

const T = (x: Tensor): Tensor => x.transpose(-2, -1);
const asMatrices = (x: Tensor): Tensor => x.unsqueeze(-1).unsqueeze(-1);

const detRecord: GradRecord<undefined> = {
  name: 'LinalgDetBackward0',
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const a = c.input(0);
        const det = c.output();
        if (a.numel() === 0) return null;
        const size = det.detach().abs();
        if (keepsHistory()) {
          // Near a singular matrix the inverse says nothing about second derivatives.
          const regular =
            canRead(size) &&
            size
              .ge(100 * finfo(a.dtype).eps)
              .all()
              .item() === true;
          return asMatrices(g).mul(regular ? asMatrices(det).mul(T(inv(a))) : cofactors(a));
        }
        if (canRead(size) && size.ne(0).all().item() === true) return asMatrices(g.mul(det)).mul(T(inv(a)));
        // As in PyTorch, where a pivot is exactly 0 so is the gradient, unless it is to be differentiated again.
        return asMatrices(g.maskedFill(size.eq(0), 0)).mul(cofactors(a));
      },
    },
  ],
};

const cofactorsRecord: GradRecord<undefined> = {
  name: 'LinalgDetBackward0',
  grads: [{ in: [0], vjp: (g, c) => cofactorsBackward(c.input(0), g) }],
};

/** The derivative of the determinant, also of singular matrices. */
function cofactors(self: Tensor): Tensor {
  const { lead, rows, matrices } = readMatrices(self, 'linalg.det');
  const out = writeMatrices(self, lead, rows, rows, matrices.map(cofactorsOf));
  return track(cofactorsRecord, out, [self], undefined);
}

const thirdOrder: GradRecord<undefined> = {
  name: 'LinalgDetBackward0',
  grads: [null, null].map(() => ({
    vjp: () => fail('autograd/not-implemented', { op: 'linalg_det (third order)' }),
  })),
};

function cofactorsBackward(self: Tensor, cotangent: Tensor): Tensor {
  const [a, g] = aligned(self, cotangent);
  const { lead, rows, matrices } = readMatrices(a, 'linalg.det');
  const pulled = readMatrices(g, 'linalg.det').matrices;
  const parts = matrices.map((own, i) => cofactorsPullback(own, pulled[i]!));
  return track(thirdOrder, writeMatrices(a, lead, rows, rows, parts), [self, cotangent], undefined);
}

/** The determinant, its sign, and the logarithm of its size. Overwrites `a` with its factors. */
function determinant(a: Matrix): { det: number; sign: number; log: number } {
  const { pivots } = luInPlace(a, true);
  let det = 1;
  let sign = 1;
  let log = 0;
  pivots.forEach((row, k) => {
    const head = a.data[k * a.columns + k]!;
    if (row !== k) {
      det = -det;
      sign = -sign;
    }
    det *= head;
    sign *= Math.sign(head);
    log += Math.log(Math.abs(head));
  });
  return { det, sign, log };
}

/** The determinants of square matrices. */
export function det(self: Tensor): Tensor {
  checkSquare('linalg.det', self);
  const { lead, matrices } = readMatrices(self, 'linalg.det');
  const values = matrices.map((a) => determinant(a).det);
  return track(detRecord, writeScalars(self, lead, values, self.dtype), [self], undefined);
}

const slogdetRecord: GradRecord<undefined> = {
  name: 'LinalgSlogdetBackward0',
  saves: { in: [0] },
  backward: ([, g], c) => {
    if (g === undefined) return [null];
    return [
      g
        .unsqueeze(-1)
        .unsqueeze(-1)
        .mul(T(inv(c.input(0)))),
    ];
  },
};

/** The signs of the determinants and the logarithms of their sizes. */
export function slogdet(self: Tensor): { sign: Tensor; logabsdet: Tensor } {
  checkSquare('linalg.slogdet', self);
  const { lead, matrices } = readMatrices(self, 'linalg.slogdet');
  const parts = matrices.map(determinant);
  const scalars = (values: readonly number[]): Tensor => writeScalars(self, lead, values, self.dtype);
  const outs = [scalars(parts.map((p) => p.sign)), scalars(parts.map((p) => p.log))] as const;
  const [sign, logabsdet] = trackAll(slogdetRecord, outs, [self], undefined);
  return { sign, logabsdet };
}

/** The logarithm of the determinant; NaN where that is negative. */
export function logdet(self: Tensor): Tensor {
  checkSquare('logdet', self);
  const { sign, logabsdet } = slogdet(self);
  return logabsdet.maskedFill(sign.detach().eq(-1), Number.NaN);
}
