import { describe, expect, test } from 'vitest';
import { torch } from '../../setup.ts';
import { checkOp, type Domain, expectClose, sample } from '../check-op.ts';

type T = torch.Tensor;
type Row = readonly [name: string, fn: (...x: T[]) => T, inputs?: number, domain?: Domain];

const { linalg } = torch;
const three: Domain = { shape: [3, 3] };
const pairOf: Domain = { shape: [2, 2, 2] };
const eye = torch.eye(3, { dtype: 'float64' });
/** Far from singular, without symmetry. */
const steady = (x: T): T =>
  x
    .mul(0.3)
    .add(eye.mul(2))
    .add(torch.tensor([0.1, 0.5, 0.9]).diag());
const positive = (x: T): T => x.matmul(x.mT).add(eye);
const symmetric = (x: T): T => x.add(x.mT).add(torch.tensor([0, 3, 7]).diag());

const rows: readonly Row[] = [
  ['inv', (x) => linalg.inv(steady(x)), 1, three],
  ['solve', (x, y) => linalg.solve(steady(x), y), 2, three],
  ['solve from the right', (x, y) => linalg.solve(steady(x), y, { left: false }), 2, three],
  ['solve a vector', (x) => linalg.solve(steady(x), x.select(0, 1)), 1, three],
  [
    'solveTriangular',
    (x, y) => linalg.solveTriangular(steady(x), y, { upper: true, unitriangular: false }),
    2,
    three,
  ],
  ['det', (x) => linalg.det(steady(x)), 1, three],
  ['slogdet', (x) => linalg.slogdet(steady(x)).logabsdet, 1, three],
  ['logdet', (x) => torch.logdet(positive(x)), 1, three],
  ['cholesky', (x) => linalg.cholesky(positive(x)), 1, three],
  ['cholesky, upper', (x) => linalg.cholesky(positive(x), { upper: true }), 1, three],
  ['choleskySolve', (x, y) => torch.choleskySolve(y, linalg.cholesky(positive(x))), 2, three],
  ['choleskyInverse', (x) => torch.choleskyInverse(linalg.cholesky(positive(x))), 1, three],
  ['lu L', (x) => linalg.lu(steady(x)).L, 1, three],
  ['lu U', (x) => linalg.lu(steady(x)).U, 1, three],
  ['lu of a wide matrix', (x) => linalg.lu(x).U, 1, { shape: [2, 3] }],
  ['lu of a tall matrix', (x) => linalg.lu(x).L, 1, { shape: [3, 2] }],
  ['qr Q', (x) => linalg.qr(steady(x)).Q, 1, three],
  ['qr R', (x) => linalg.qr(steady(x)).R, 1, three],
  ['qr of a tall matrix', (x) => linalg.qr(x).Q, 1, { shape: [3, 2] }],
  ['qr of a wide matrix', (x) => linalg.qr(x).R, 1, { shape: [2, 3] }],
  ['eigvalsh', (x) => linalg.eigvalsh(symmetric(x)), 1, three],
  ['eigh vectors', (x) => linalg.eigh(symmetric(x)).eigenvectors.square(), 1, three],
  ['svdvals', (x) => linalg.svdvals(x), 1, { shape: [2, 3] }],
  ['svd U', (x) => linalg.svd(x, { fullMatrices: false }).U.square(), 1, { shape: [3, 2] }],
  ['svd Vh', (x) => linalg.svd(x, { fullMatrices: false }).Vh.square(), 1, { shape: [2, 3] }],
  ['pinv', (x) => linalg.pinv(x), 1, { shape: [2, 3] }],
  ['pinv of a tall matrix', (x) => linalg.pinv(x), 1, { shape: [3, 2] }],
  ['lstsq', (x, y) => linalg.lstsq(x, y).solution, 2, { shape: [3, 2] }],
  ['matrixExp', (x) => linalg.matrixExp(x), 1, pairOf],
  ['matrixPower', (x) => linalg.matrixPower(x, 3), 1, pairOf],
  ['negative matrixPower', (x) => linalg.matrixPower(steady(x), -2), 1, three],
  ['multiDot', (x, y) => linalg.multiDot([x, y.mT, x]), 2],
  ['householderProduct', (x) => linalg.householderProduct(x, x.select(0, 0)), 1, { shape: [3, 2] }],
  ['matrixNorm nuc', (x) => linalg.matrixNorm(x, 'nuc')],
  ['matrixNorm 2', (x) => linalg.matrixNorm(x, 2)],
  ['matrixNorm 1', (x) => linalg.matrixNorm(x, 1)],
  ['cond', (x) => linalg.cond(steady(x)), 1, three],
  ['vecdot', (x, y) => linalg.vecdot(x, y), 2],
  ['cross', (x, y) => linalg.cross(x, y), 2],
  ['tensorinv', (x) => linalg.tensorinv(steady(x), 1), 1, three],
];

describe('gradients of both orders', () => {
  for (const [name, fn, inputs = 1, domain = {}] of rows) {
    test(name, () => checkOp(fn, inputs, domain));
  }
});

describe('factors multiply to the matrix', () => {
  const shapes = [
    [4, 4],
    [5, 3],
    [3, 5],
  ] as const;
  for (const shape of shapes) {
    test(shape.join(' by '), () => {
      const a = sample(shape, [-2, 2], 3).detach();
      const { P, L, U } = linalg.lu(a);
      expectClose(P.matmul(L).matmul(U), a);
      for (const mode of ['reduced', 'complete'] as const) {
        const { Q, R } = linalg.qr(a, mode);
        expectClose(Q.matmul(R), a);
        expectClose(Q.mT.matmul(Q), torch.eye(Q.shape[1]!, { dtype: 'float64' }));
      }
      for (const fullMatrices of [true, false]) {
        const { U: u, S, Vh } = linalg.svd(a, { fullMatrices });
        const k = S.numel();
        expectClose(
          u
            .narrow(1, 0, k)
            .mul(S)
            .matmul(Vh.narrow(0, 0, k)),
          a,
        );
        expectClose(u.mT.matmul(u), torch.eye(u.shape[1]!, { dtype: 'float64' }));
      }
    });
  }
});

test('symmetric indefinite matrices are solved through LDL', () => {
  const a = torch.tensor(
    [
      [0, 1, 2],
      [1, 0, 3],
      [2, 3, 0],
    ],
    { dtype: 'float64' },
  );
  const b = sample([3, 2], [-1, 1], 1).detach();
  const { LD, pivots } = linalg.ldlFactor(a);
  expectClose(a.matmul(linalg.ldlSolve(LD, pivots, b)), b);
});

test('a rank-deficient matrix has an orthogonal U, a rank and a pseudoinverse', () => {
  const column = torch.tensor([[1], [2], [3]], { dtype: 'float64' });
  const a = column.matmul(column.mT);
  const { U } = linalg.svd(a);
  expectClose(U.mT.matmul(U), eye);
  expect(linalg.matrixRank(a).item()).toBe(1n);
  const inverse = linalg.pinv(a);
  expectClose(a.matmul(inverse).matmul(a), a);
});

test('failures say what PyTorch says', () => {
  const singular = torch.zeros(2, 2);
  expect(() => linalg.inv(singular)).toThrow('linalg.inv: The diagonal element 1 is zero');
  expect(linalg.invEx(singular).info.item()).toBe(1);
  expect(() => linalg.cholesky(singular)).toThrow('the leading minor of order 1 is not positive-definite');
  expect(() => linalg.det(torch.zeros(2, 3))).toThrow('must be batches of square matrices');
});
