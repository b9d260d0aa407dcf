import { describe, expect, it } from 'vitest';
import { torch } from '../../setup.ts';
import { expectClose } from '../check-op.ts';

const matrix = (rows: number[][]): torch.Tensor =>
  torch.tensor(rows, { dtype: 'float64', requiresGrad: true });

/** What PyTorch gives with `create_graph`. */
const singular: readonly (readonly [number[][], number[][]])[] = [
  [
    [
      [1, 2],
      [2, 4],
    ],
    [
      [4, -2],
      [-2, 1],
    ],
  ],
  [
    [
      [0, 1],
      [0, 2],
    ],
    [
      [2, 0],
      [-1, 0],
    ],
  ],
  [
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
    [
      [-3, 6, -3],
      [6, -12, 6],
      [-3, 6, -3],
    ],
  ],
];

describe('the determinant of a singular matrix', () => {
  it.each(singular)('%j has its minors as gradient when it is to be differentiated again', (rows, minors) => {
    const x = matrix(rows);
    const [gradient] = torch.grad(x.det(), [x], { createGraph: true });
    expectClose(gradient!.detach(), torch.tensor(minors, { dtype: 'float64' }));
  });

  it.each(singular)('%j has second derivatives', (rows) => {
    expect(torch.gradgradcheck((x) => x.det(), [matrix(rows)])).toBe(true);
  });

  it('has them also where two singular values are 0', () => {
    const x = matrix([
      [1, 2, 3],
      [2, 4, 6],
      [3, 6, 9],
    ]);
    expect(torch.gradgradcheck((y) => y.det(), [x])).toBe(true);
  });
});
