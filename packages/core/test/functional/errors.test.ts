import { describe, expect, it } from 'vitest';
import { isTensorError } from '../../src/errors/index.ts';
import { cases, type RecordedCase } from '../errors/recorded.ts';
import { torch } from '../setup.ts';

const F = torch.functional;
const ones = torch.ones;
const long = (...values: bigint[]): torch.Tensor => torch.tensor(values);
const double = { dtype: 'float64' } as const;

/** Our call for each recorded one. */
const calls: Readonly<Record<string, () => unknown>> = {
  'x=torch.ones(2,requires_grad=True); F.relu(x, inplace=True)': () =>
    F.relu(ones([2], { requiresGrad: true }), { inplace: true }),
  'F.linear(torch.ones(2,2,dtype=torch.double),torch.ones(2,2))': () =>
    F.linear(ones([2, 2], double), ones(2, 2)),
  'F.linear(torch.ones(3),torch.ones(2,2))': () => F.linear(ones(3), ones(2, 2)),
  'F.cross_entropy(torch.ones(2,3),torch.tensor([0,3]))': () => F.crossEntropy(ones(2, 3), long(0n, 3n)),
  'F.cross_entropy(torch.ones(2,3),torch.tensor([0,-1]))': () => F.crossEntropy(ones(2, 3), long(0n, -1n)),
  'F.cross_entropy(torch.ones(2,3),torch.tensor([0]))': () => F.crossEntropy(ones(2, 3), long(0n)),
  'F.cross_entropy(torch.ones(2,3),torch.tensor([0.,1.]))': () =>
    F.crossEntropy(ones(2, 3), torch.tensor([0, 1])),
  'F.cross_entropy(torch.ones(2,3),torch.tensor([0,1],dtype=torch.int32))': () =>
    F.crossEntropy(ones(2, 3), torch.tensor([0, 1], { dtype: 'int32' })),
  'F.nll_loss(torch.ones(2,3),torch.tensor([0,3]))': () => F.nllLoss(ones(2, 3), long(0n, 3n)),
  'F.nll_loss(torch.ones(3),torch.tensor([0,3]))': () => F.nllLoss(ones(3), long(0n, 3n)),
  'F.mse_loss(torch.ones(2),torch.ones(2,1))': () => F.mseLoss(ones(2), ones(2, 1)),
  'F.mse_loss(torch.ones(2),torch.ones(3))': () => F.mseLoss(ones(2), ones(3)),
  'r=F.l1_loss(torch.ones(2),torch.ones(2,1))': () => F.l1Loss(ones(2), ones(2, 1)),
  "F.mse_loss(torch.ones(2),torch.ones(2),reduction='foo')": () =>
    F.mseLoss(ones(2), ones(2), { reduction: 'foo' as 'sum' }),
  'F.binary_cross_entropy(torch.tensor([2.]),torch.tensor([1.]))': () =>
    F.binaryCrossEntropy(torch.tensor([2]), torch.tensor([1])),
  'F.binary_cross_entropy(torch.ones(2),torch.ones(3))': () => F.binaryCrossEntropy(ones(2), ones(3)),
  'F.binary_cross_entropy_with_logits(torch.ones(2),torch.ones(3))': () =>
    F.binaryCrossEntropyWithLogits(ones(2), ones(3)),
  'F.binary_cross_entropy(torch.ones(2),torch.ones(2,dtype=torch.long))': () =>
    F.binaryCrossEntropy(ones(2), ones([2], { dtype: 'int64' })),
  'F.embedding(torch.tensor([5]),torch.ones(3,2))': () => F.embedding(long(5n), ones(3, 2)),
  'F.embedding(torch.tensor([1.]),torch.ones(3,2))': () => F.embedding(torch.tensor([1]), ones(3, 2)),
  'F.embedding(torch.tensor([-1]),torch.ones(3,2))': () => F.embedding(long(-1n), ones(3, 2)),
  'F.one_hot(torch.tensor([3]),2)': () => F.oneHot(long(3n), 2),
  'F.one_hot(torch.tensor([-1]))': () => F.oneHot(long(-1n)),
  'F.one_hot(torch.tensor([1.]))': () => F.oneHot(torch.tensor([1])),
  'F.dropout(torch.ones(2),1.5)': () => F.dropout(ones(2), 1.5),
  'F.softmax(torch.ones(2))': () => F.softmax(ones(2)),
  'F.softmax(torch.ones(2),dim=1)': () => F.softmax(ones(2), 1),
  'F.layer_norm(torch.ones(2,3),(4,))': () => F.layerNorm(ones(2, 3), [4]),
  'F.batch_norm(torch.ones(1,3),torch.zeros(3),torch.ones(3),training=True)': () =>
    F.batchNorm(ones(1, 3), torch.zeros(3), ones(3), { training: true }),
  'F.group_norm(torch.ones(2,3),2)': () => F.groupNorm(ones(2, 3), 2),
  'F.max_pool2d(torch.ones(1,1,2,2),3)': () => F.maxPool2d(ones(1, 1, 2, 2), 3),
  'F.max_pool2d(torch.ones(1,1,4,4),2,padding=2)': () => F.maxPool2d(ones(1, 1, 4, 4), 2, { padding: 2 }),
  'F.avg_pool2d(torch.ones(1,1,2,2),3)': () => F.avgPool2d(ones(1, 1, 2, 2), 3),
  "F.interpolate(torch.ones(1,1,2),scale_factor=2,mode='bilinear')": () =>
    F.interpolate(ones(1, 1, 2), { scaleFactor: 2, mode: 'bilinear' }),
  'F.interpolate(torch.ones(1,1,2,2))': () => F.interpolate(ones(1, 1, 2, 2)),
  'F.interpolate(torch.ones(1,1,2,2),size=4,scale_factor=2)': () =>
    F.interpolate(ones(1, 1, 2, 2), { size: 4, scaleFactor: 2 }),
  "F.interpolate(torch.ones(1,1,2,2),size=4,mode='nearest',align_corners=True)": () =>
    F.interpolate(ones(1, 1, 2, 2), { size: 4, mode: 'nearest', alignCorners: true }),
  'F.pad(torch.ones(2),(1,))': () => F.pad(ones(2), [1]),
  'F.pad(torch.ones(2),(1,1,1,1))': () => F.pad(ones(2), [1, 1, 1, 1]),
  "F.pad(torch.ones(1,2),(3,3),mode='reflect')": () => F.pad(ones(1, 2), [3, 3], { mode: 'reflect' }),
  "F.pad(torch.ones(2),(1,1),mode='foo')": () => F.pad(ones(2), [1, 1], { mode: 'foo' as 'reflect' }),
  "F.gelu(torch.ones(2),approximate='foo')": () => F.gelu(ones(2), { approximate: 'foo' as 'tanh' }),
  'F.glu(torch.ones(3))': () => F.glu(ones(3)),
  'F.cosine_embedding_loss(torch.ones(2,3),torch.ones(2,3),torch.ones(3))': () =>
    F.cosineEmbeddingLoss(ones(2, 3), ones(2, 3), ones(3)),
  'F.conv2d(torch.ones(1,3,5,5),torch.ones(4,3,3,3),bias=torch.ones(3))': () =>
    F.conv2d(ones(1, 3, 5, 5), ones(4, 3, 3, 3), ones(3)),
  'F.conv2d(torch.ones(1,3,5,5,dtype=torch.double),torch.ones(4,3,3,3))': () =>
    F.conv2d(ones([1, 3, 5, 5], double), ones(4, 3, 3, 3)),
  'F.kl_div(torch.ones(2),torch.ones(2))': () => F.klDiv(ones(2), ones(2)),
  'F.ctc_loss(torch.ones(2,2,3),torch.ones(2,2,dtype=torch.long),torch.tensor([3,3]),torch.tensor([1,1]))':
    () => F.ctcLoss(ones(2, 2, 3), ones([2, 2], { dtype: 'int64' }), long(3n, 3n), long(1n, 1n)),
};

const recorded = new Map(
  Object.values(cases)
    .flat()
    .map((own: RecordedCase) => [own.code, own] as const),
);

describe('mistakes are refused as PyTorch refuses them', () => {
  it.each(Object.entries(calls))('%s', (code, call) => {
    const warnings: string[] = [];
    const previous = torch.setWarningHandler((message) => warnings.push(message));
    try {
      const { error, text } = recorded.get(code)!;
      let got: { error?: string; text?: string } = {};
      try {
        call();
      } catch (thrown) {
        if (!isTensorError(thrown)) throw thrown;
        got = { error: thrown.name, text: thrown.message };
      }
      expect(got).toEqual(error === undefined ? {} : { error, text });
      expect(warnings).toEqual(recorded.get(code)!.warnings ?? []);
    } finally {
      torch.setWarningHandler(previous);
    }
  });
});

describe('activations overwrite what they are given', () => {
  const names = [
    'relu',
    'relu6',
    'hardtanh',
    'hardsigmoid',
    'hardswish',
    'elu',
    'selu',
    'celu',
    'silu',
    'mish',
  ] as const;

  it.each([...names, 'leakyRelu'] as const)('%s', (name) => {
    const fn = F[name] as (x: torch.Tensor, ...more: unknown[]) => torch.Tensor;
    const options = { inplace: true };
    const more =
      name === 'hardtanh'
        ? [-1, 1, options]
        : name.endsWith('lu') && /^(elu|celu)$/.test(name)
          ? [1, options]
          : name === 'leakyRelu'
            ? [0.01, options]
            : [options];
    const leaf = (): torch.Tensor => torch.tensor([-2, -0.3, 0.4, 1.5], { ...double, requiresGrad: true });
    const [x, y] = [leaf(), leaf()];
    const own = x.mul(1);
    const out = fn(own, ...more);
    expect(out).toBe(own);
    out.sum().backward();
    const plain = fn(y.mul(1));
    plain.sum().backward();
    expect(out.tolist()).toEqual(plain.tolist());
    expect(x.grad!.tolist()).toEqual(y.grad!.tolist());
  });
});

it('an activation in place refuses backward with a negative slope', () => {
  const x = ones([2], { requiresGrad: true });
  const text = /is triggered with a negative slope which is not supported/;
  expect(() => F.elu(x.mul(-1), -1, { inplace: true }).sum().backward()).toThrow(text);
  expect(() => F.leakyRelu(x.mul(-1), -1, { inplace: true }).sum().backward()).toThrow(text);
  expect(() => F.leakyRelu(x.mul(-1), -1).sum().backward()).not.toThrow();
});

it('a weight of classes that wants a gradient is refused', () => {
  const weight = ones([3], { requiresGrad: true });
  const text =
    "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'. This input cannot have requires_grad True.";
  expect(() => F.crossEntropy(ones(2, 3), long(0n, 1n), { weight })).toThrow(text);
  expect(torch.noGrad(() => F.crossEntropy(ones(2, 3), long(0n, 1n), { weight })).shape).toEqual([]);
});
