import { describe, test } from 'vitest';
import { torch } from '../setup.ts';
import { checkInPlace, checkOp, type Domain, sample } from './check-op.ts';

type T = torch.Tensor;
type Row = readonly [name: string, fn: (...x: T[]) => T, inputs?: number, domain?: Domain];

const mask = torch.tensor([
  [true, false, true],
  [false, false, true],
]);
const index = torch.tensor([
  [0n, 2n],
  [1n, 1n],
]);
const places = torch.tensor([
  [0n, 2n],
  [1n, 0n],
]);
const rows = torch.tensor([1n, 0n, 1n]);
const square: Domain = { shape: [3, 3] };

const reductions: readonly Row[] = [
  ['sum', (x) => x.sum()],
  ['sum(dim)', (x) => x.sum(1)],
  ['sum(dims, keepdim)', (x) => x.sum([0, 1], { keepdim: true })],
  ['mean', (x) => x.mean()],
  ['mean(dim)', (x) => x.mean(0)],
  ['prod', (x) => x.prod()],
  ['prod(dim)', (x) => x.prod(1)],
  [
    'prod with a zero',
    (x) =>
      x
        .mul(
          torch.tensor([
            [1, 0, 1],
            [1, 1, 1],
          ]),
        )
        .prod(1),
  ],
  ['max', (x) => x.max()],
  ['max(dim)', (x) => x.max(1).values],
  ['min(dim)', (x) => x.min(0).values],
  ['amax', (x) => x.amax(1)],
  ['amin', (x) => x.amin()],
  ['var', (x) => x.var()],
  ['var(dim)', (x) => x.var(1, { correction: 0 })],
  ['std(dim)', (x) => x.std(1)],
  ['norm', (x) => x.norm()],
  ['norm 1', (x) => x.norm(1, 1), 1, { range: [0.2, 2] }],
  ['norm 3', (x) => x.norm(3, 1), 1, { range: [0.2, 2] }],
  ['logsumexp', (x) => x.logsumexp(1)],
  ['softmax', (x) => x.softmax(1)],
  ['logSoftmax', (x) => x.logSoftmax(0)],
  ['cumsum', (x) => x.cumsum(1)],
  ['cumprod', (x) => x.cumprod(1)],
  ['logcumsumexp', (x) => x.logcumsumexp(1)],
  ['cummax', (x) => x.cummax(1).values],
  ['sort', (x) => x.sort(1).values],
  ['topk', (x) => x.topk(2, 1).values],
  ['kthvalue', (x) => x.kthvalue(2, 1).values],
  ['median', (x) => x.median()],
];

const views: readonly Row[] = [
  ['view', (x) => x.contiguous().view(3, 2).square()],
  ['reshape of a transpose', (x) => x.t().reshape(6).square()],
  ['transpose', (x) => x.transpose(0, 1).square()],
  ['permute', (x) => x.permute(1, 0).square()],
  ['expand', (x) => x.unsqueeze(0).expand(4, -1, -1).square()],
  ['squeeze', (x) => x.unsqueeze(1).squeeze(1).square()],
  ['select', (x) => x.select(1, 2).square()],
  ['slice', (x) => x.slice(1, 0, 3, 2).square()],
  ['narrow', (x) => x.narrow(1, 1, 2).square()],
  ['split', (x) => x.split(2, 1)[1]!.square()],
  ['unbind', (x) => x.unbind(0)[1]!.square()],
  ['unfold', (x) => x.unfold(1, 2, 1).square()],
  ['diagonal', (x) => x.diagonal(1).square()],
  ['asStrided', (x) => x.contiguous().asStrided([2, 2], [1, 2], 1).square()],
  ['flip', (x) => x.flip([1]).square()],
  ['roll', (x) => x.roll(1, 1).square()],
  ['repeat', (x) => x.repeat(2, 1).square()],
  ['tril', (x) => x.tril().square()],
  ['diagEmbed', (x) => x.diagEmbed().square()],
];

const joins: readonly Row[] = [
  ['cat', (a, b) => torch.cat([a, b], 1).square(), 2],
  ['stack', (a, b) => torch.stack([a, b], 1).square(), 2],
  ['where', (a, b) => torch.where(mask, a.square(), b), 2],
  ['maskedFill', (x) => x.maskedFill(mask, 1).square()],
  ['maskedSelect', (x) => x.maskedSelect(mask).square()],
  ['gather', (x) => x.gather(1, index).square()],
  ['scatter', (x, y) => x.scatter(1, places, y).square(), 2],
  ['scatterAdd', (x, y) => x.scatterAdd(1, index, y).square(), 2],
  ['indexSelect', (x) => x.indexSelect(0, rows).square()],
  ['indexAdd', (x, y) => x.indexAdd(0, torch.tensor([1n, 1n]), y).square(), 2],
  ['indexCopy', (x, y) => x.indexCopy(0, torch.tensor([1n, 0n]), y).square(), 2],
  ['at: tensors', (x) => x.at(torch.tensor([1n, 0n, 1n]), torch.tensor([2n, 2n, 2n])).square()],
  ['at: mask', (x) => x.at(mask).square()],
  ['at: slice and tensor', (x) => x.at(torch.sliceIndex(), torch.tensor([2n, 0n])).square()],
  ['indexPut', (x, y) => x.indexPut([rows], y.select(0, 0).expand(3, 3), { accumulate: true }).square(), 2],
  ['take', (x) => x.take(torch.tensor([0n, -1n, 3n])).square()],
];

const products: readonly Row[] = [
  ['mm', (a, b) => a.mm(b), 2, square],
  ['mm of transposes', (a, b) => a.t().mm(b.t()), 2, square],
  ['mv', (a, b) => a.mv(b.select(0, 0)), 2, square],
  ['dot', (a, b) => a.select(0, 0).dot(b.select(0, 1)), 2, square],
  ['bmm', (a, b) => a.unsqueeze(0).bmm(b.unsqueeze(0)), 2, square],
  ['matmul, batched', (a, b) => a.expand(2, 3, 3).matmul(b), 2, square],
  ['addmm', (a, b, c) => a.addmm(b, c, { alpha: 0.5, beta: 2 }), 3, square],
  ['outer', (a, b) => a.select(0, 0).outer(b.select(0, 1)), 2],
  ['kron', (a, b) => a.kron(b), 2],
  ['clamp', (x) => x.clamp(-1.2, 1.3).square()],
  ['lerp', (a, b) => a.lerp(b, 0.3), 2],
  ['addcmul', (a, b, c) => a.addcmul(b, c, { value: 0.7 }), 3],
  ['addcdiv', (a, b, c) => a.addcdiv(b, c, { value: 0.7 }), 3, { range: [0.5, 2] }],
];

for (const [title, table] of Object.entries({ reductions, views, joins, products })) {
  describe(title, () => {
    for (const [name, fn, inputs = 1, domain = {}] of table) test(name, () => checkOp(fn, inputs, domain));
  });
}

describe('in place', () => {
  const other = (): T => sample([2, 3], [-1, 1], 5);
  test('copy_', () => {
    const x = sample([2, 3], [-2, 2], 0);
    const y = sample([3], [-1, 1], 1);
    torch.gradcheck((a, b) => a.mul(1).copy_(b).mul(a), [x, y]);
  });
  test('maskedFill_', () => checkInPlace('maskedFill', () => [mask, 0.5]));
  test('clamp_', () => checkInPlace('clamp', () => [-1, 1]));
  test('scatter_', () => checkInPlace('scatter', () => [1, places, other()]));
  test('indexAdd_', () => checkInPlace('indexAdd', () => [0, torch.tensor([1n, 0n]), other()]));
  test('addcmul_', () => checkInPlace('addcmul', () => [other(), other()]));
  test('assigning to an index', () => {
    torch.gradcheck(
      (a, b) => a.mul(1).setAt([torch.sliceIndex(), 1], b.select(1, 0)).square(),
      [sample([2, 3], [-2, 2], 0), other()],
    );
  });
});
