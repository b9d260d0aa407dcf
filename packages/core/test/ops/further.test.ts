import { describe, expect, test } from 'vitest';
import { torch } from '../setup.ts';
import { checkOp, type Domain } from './check-op.ts';

type T = torch.Tensor;
type Row = readonly [name: string, fn: (...x: T[]) => T, inputs?: number, domain?: Domain];

const { masked } = torch;
const index = torch.tensor([
  [0n, 1n, 0n],
  [1n, 1n, 0n],
]);
const mask = torch.tensor([
  [true, false, true],
  [false, true, true],
]);
const places = torch.tensor([1n, 0n]);
const positive: Domain = { range: [0.3, 2] };

const rows: readonly Row[] = [
  ['einsum', (x, y) => torch.einsum('ij,kj->ik', [x, y]), 2],
  ['einsum, diagonal and ellipsis', (x) => torch.einsum('...ii->i...', [x]), 1, { shape: [2, 3, 3] }],
  ['quantile', (x) => x.quantile(torch.tensor([0.1, 0.6], { dtype: 'float64' }), 1)],
  ['mode', (x) => x.mode(1).values],
  ['scatterReduce sum', (x, y) => x.scatterReduce(0, index, y, 'sum'), 2],
  ['scatterReduce prod', (x, y) => x.scatterReduce(0, index, y, 'prod'), 2],
  ['scatterReduce mean', (x, y) => x.scatterReduce(0, index, y, 'mean', { includeSelf: false }), 2],
  ['scatterReduce amax', (x, y) => x.scatterReduce(0, index, y, 'amax'), 2],
  ['indexReduce', (x, y) => x.indexReduce(0, places, y, 'prod'), 2],
  ['put', (x, y) => x.put(torch.tensor([4n, 0n]), y.flatten().narrow(0, 0, 2)), 2],
  ['maskedScatter', (x, y) => x.maskedScatter(mask, y), 2],
  ['selectScatter', (x, y) => x.selectScatter(y.select(0, 0), 0, 1), 2],
  ['sliceScatter', (x, y) => x.sliceScatter(y.narrow(1, 0, 2), 1, 0, 3, 2), 2],
  ['diagonalScatter', (x, y) => x.diagonalScatter(y.diagonal()), 2],
  ['asStridedScatter', (x, y) => x.asStridedScatter(y.narrow(1, 0, 2), [2, 2], [3, 1]), 2],
  ['segmentReduce', (x) => torch.segmentReduce(x, 'max', { lengths: torch.tensor([1n, 1n]) })],
  ['cov', (x) => x.cov()],
  ['corrcoef', (x) => x.corrcoef()],
  ['trapezoid', (x, y) => x.trapezoid(y), 2],
  ['cumulativeTrapezoid', (x) => x.cumulativeTrapezoid(null, { dx: 0.5 })],
  ['gradient', (x) => torch.stack(x.gradient({ spacing: 0.5 }))],
  ['cross', (x, y) => x.cross(y), 2],
  ['dist', (x, y) => x.dist(y, 3), 2],
  ['renorm', (x) => x.renorm(2, 0, 0.5)],
  ['floatPower', (x) => x.floatPower(3)],
  ['frexp', (x) => x.frexp().mantissa],
  ['cartesianProd', (x, y) => torch.cartesianProd(x.flatten(), y.flatten()), 2, { shape: [2, 1] }],
  ['combinations', (x) => x.flatten().combinations(2)],
  ['vander', (x) => torch.vander(x.flatten()), 1, positive],
  ['masked.sum', (x) => masked.sum(x, 1, { mask })],
  ['masked.prod', (x) => masked.prod(x, [0, 1], { mask })],
  ['masked.mean', (x) => masked.mean(x, 0, { mask })],
  ['masked.std', (x) => masked.std(x, 1, true, { mask })],
  ['masked.softmax', (x) => masked.softmax(x, 1, { mask })],
  ['masked.median', (x) => masked.median(x, 1, { mask })],
  ['masked.norm', (x) => masked.norm(x, 3, 1, { mask })],
];

describe('gradients of both orders', () => {
  for (const [name, fn, inputs = 1, domain = {}] of rows) {
    test(name, () => checkOp(fn, inputs, domain));
  }
});

test('searching goes to the first or after the last of equal boundaries, NaN to the end', () => {
  const boundaries = torch.tensor([1, 2, 2, 4]);
  const values = torch.tensor([0, 2, 3, 5, Number.NaN]);
  expect(torch.searchsorted(boundaries, values).tolist()).toEqual([0n, 1n, 3n, 4n, 4n]);
  expect(torch.bucketize(values, boundaries, { right: true }).tolist()).toEqual([0n, 3n, 3n, 4n, 4n]);
});

test('unique sorts; its inverse and counts put the tensor together again', () => {
  const x = torch.tensor([3n, 1n, 3n, 2n]);
  const { output, inverseIndices, counts } = x.unique({ returnInverse: true, returnCounts: true }) as {
    output: T;
    inverseIndices: T;
    counts: T;
  };
  expect(output.tolist()).toEqual([1n, 2n, 3n]);
  expect(output.indexSelect(0, inverseIndices).tolist()).toEqual(x.tolist());
  expect(counts.tolist()).toEqual([1n, 1n, 2n]);
});

test('histograms count what lies between edges, the last interval with its end', () => {
  const x = torch.tensor([0, 1, 1.5, 2, 7]);
  expect(x.histc(2, 0, 2).tolist()).toEqual([1, 3]);
  const { hist, binEdges } = x.histogram(2, { range: [0, 2], density: true });
  expect(hist.tolist()).toEqual([0.25, 0.75]);
  expect(binEdges.tolist()).toEqual([0, 1, 2]);
  expect(torch.bincount(torch.tensor([1n, 3n, 1n])).tolist()).toEqual([0n, 2n, 0n, 1n]);
});
