import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const F = torch.functional;
type Tensor = torch.Tensor;

/** Numbers without structure, never near a kink, in a leaf that wants gradients. */
function leaf(...shape: number[]): Tensor {
  const numel = shape.reduce((a, b) => a * b, 1);
  const values = Float64Array.from(
    { length: numel },
    (_, i) => 1.7 * Math.sin(2.3 * i + 0.4 * shape.length + 0.9),
  );
  return torch.tensor(values).view(shape).detach().requiresGrad_(true);
}

const positive = (...shape: number[]): Tensor =>
  leaf(...shape)
    .detach()
    .abs()
    .add(0.3)
    .requiresGrad_(true);
const share = (...shape: number[]): Tensor =>
  leaf(...shape)
    .detach()
    .sigmoid()
    .requiresGrad_(true);
const classes = (...values: bigint[]): Tensor => torch.tensor(values);
const signs = (...shape: number[]): Tensor =>
  leaf(...shape)
    .detach()
    .sign();

type Case = readonly [fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]];

/** One line for each function. */
const cases: Readonly<Record<string, Case>> = {
  celu: [(x) => F.celu(x, 1.3), leaf(4)],
  elu: [(x) => F.elu(x, 0.7), leaf(4)],
  gelu: [(x) => F.gelu(x), leaf(4)],
  'gelu tanh': [(x) => F.gelu(x, { approximate: 'tanh' }), leaf(4)],
  glu: [(x) => F.glu(x), leaf(2, 4)],
  hardshrink: [(x) => F.hardshrink(x), leaf(4)],
  hardsigmoid: [(x) => F.hardsigmoid(x), leaf(4)],
  hardswish: [(x) => F.hardswish(x), leaf(4)],
  hardtanh: [(x) => F.hardtanh(x), leaf(4)],
  leakyRelu: [(x) => F.leakyRelu(x), leaf(4)],
  logsigmoid: [(x) => F.logsigmoid(x), leaf(4)],
  mish: [(x) => F.mish(x), leaf(4)],
  prelu: [(x, w) => F.prelu(x, w), leaf(2, 3, 2), positive(3)],
  relu6: [(x) => F.relu6(x), leaf(4)],
  selu: [(x) => F.selu(x), leaf(4)],
  silu: [(x) => F.silu(x), leaf(4)],
  softplus: [(x) => F.softplus(x, 1.5), leaf(4)],
  softshrink: [(x) => F.softshrink(x), leaf(4)],
  softmin: [(x) => F.softmin(x, 1), leaf(2, 3)],
  softsign: [(x) => F.softsign(x), leaf(4)],
  tanhshrink: [(x) => F.tanhshrink(x), leaf(4)],
  threshold: [(x) => F.threshold(x, 0.1, 20), leaf(4)],

  linear: [(x, w, b) => F.linear(x, w, b), leaf(2, 3), leaf(4, 3), leaf(4)],
  bilinear: [(x, y, w, b) => F.bilinear(x, y, w, b), leaf(2, 3), leaf(2, 2), leaf(2, 3, 2), leaf(2)],

  mseLoss: [(x, y) => F.mseLoss(x, y), leaf(2, 3), positive(2, 3)],
  l1Loss: [(x, y) => F.l1Loss(x, y), leaf(2, 3), positive(2, 3)],
  smoothL1Loss: [(x, y) => F.smoothL1Loss(x, y, { beta: 0.8 }), leaf(2, 3), positive(2, 3)],
  huberLoss: [(x, y) => F.huberLoss(x, y, { delta: 0.8 }), leaf(2, 3), positive(2, 3)],
  binaryCrossEntropy: [
    (x, y) => F.binaryCrossEntropy(x, y, { weight: share(3).detach() }),
    share(2, 3),
    share(2, 3),
  ],
  binaryCrossEntropyWithLogits: [
    (x, y) => F.binaryCrossEntropyWithLogits(x, y, { posWeight: share(3).detach() }),
    leaf(2, 3),
    share(2, 3),
  ],
  nllLoss: [(x) => F.nllLoss(x, classes(1n, 0n, -100n), { weight: share(3).detach() }), leaf(3, 3)],
  'nllLoss 2d': [(x) => F.nllLoss(x, classes(1n, 0n).view(1, 2), { reduction: 'none' }), leaf(1, 3, 2)],
  crossEntropy: [(x) => F.crossEntropy(x, classes(1n, 0n), { labelSmoothing: 0.2 }), leaf(2, 3)],
  'crossEntropy of probabilities': [(x, y) => F.crossEntropy(x, y), leaf(2, 3), share(2, 3)],
  klDiv: [(x, y) => F.klDiv(x, y, { reduction: 'batchmean' }), leaf(2, 3), share(2, 3)],
  poissonNllLoss: [(x) => F.poissonNllLoss(x, positive(4).detach()), leaf(4)],
  gaussianNllLoss: [(x, y, v) => F.gaussianNllLoss(x, y, v), leaf(4), positive(4), positive(4)],
  hingeEmbeddingLoss: [(x) => F.hingeEmbeddingLoss(x, signs(4)), leaf(4)],
  marginRankingLoss: [(x, y) => F.marginRankingLoss(x, y, signs(4)), leaf(4), positive(4)],
  cosineEmbeddingLoss: [(x, y) => F.cosineEmbeddingLoss(x, y, signs(2)), leaf(2, 3), positive(2, 3)],
  softMarginLoss: [(x) => F.softMarginLoss(x, signs(4)), leaf(4)],
  multilabelSoftMarginLoss: [(x) => F.multilabelSoftMarginLoss(x, share(2, 3).detach()), leaf(2, 3)],
  multiMarginLoss: [(x) => F.multiMarginLoss(x, classes(1n, 0n), { p: 2 }), leaf(2, 3)],
  multilabelMarginLoss: [(x) => F.multilabelMarginLoss(x, classes(2n, 0n, -1n)), leaf(3)],
  tripletMarginLoss: [
    (a, p, n) => F.tripletMarginLoss(a, p, n, { swap: true }),
    leaf(2, 3),
    positive(2, 3),
    share(2, 3),
  ],
  cosineSimilarity: [(x, y) => F.cosineSimilarity(x, y), leaf(2, 3), positive(2, 3)],
  pairwiseDistance: [(x, y) => F.pairwiseDistance(x, y), leaf(2, 3), positive(2, 3)],
  pdist: [(x) => F.pdist(x), leaf(3, 2)],
  cdist: [(x, y) => torch.cdist(x, y), leaf(2, 2), positive(3, 2)],

  layerNorm: [(x, w, b) => F.layerNorm(x, [3], w, b), leaf(2, 3), leaf(3), leaf(3)],
  groupNorm: [(x, w, b) => F.groupNorm(x, 2, w, b), leaf(2, 4, 2), leaf(4), leaf(4)],
  batchNorm: [
    (x, weight, bias) => F.batchNorm(x, null, null, { weight, bias, training: true }),
    leaf(3, 2, 2),
    leaf(2),
    leaf(2),
  ],
  'batchNorm in evaluation': [
    (x, weight, bias) => F.batchNorm(x, share(2).detach(), share(2).detach(), { weight, bias }),
    leaf(3, 2),
    leaf(2),
    leaf(2),
  ],
  instanceNorm: [(x) => F.instanceNorm(x), leaf(2, 2, 3)],
  localResponseNorm: [(x) => F.localResponseNorm(x, 2), leaf(1, 3, 2)],
  normalize: [(x) => F.normalize(x), leaf(2, 3)],

  conv1d: [(x, w, b) => F.conv1d(x, w, b, { stride: 2, padding: 1 }), leaf(1, 2, 5), leaf(2, 2, 2), leaf(2)],
  conv2d: [
    (x, w, b) => F.conv2d(x, w, b, { padding: 1, dilation: 2, groups: 2 }),
    leaf(1, 2, 3, 3),
    leaf(2, 1, 2, 2),
    leaf(2),
  ],
  'conv2d same': [(x, w) => F.conv2d(x, w, null, { padding: 'same' }), leaf(1, 1, 3, 3), leaf(1, 1, 2, 2)],
  conv3d: [(x, w) => F.conv3d(x, w), leaf(1, 1, 2, 2, 3), leaf(2, 1, 1, 2, 2)],
  convTranspose2d: [
    (x, w, b) => F.convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: 1 }),
    leaf(1, 2, 2, 2),
    leaf(2, 1, 2, 3),
    leaf(1),
  ],

  maxPool1d: [(x) => F.maxPool1d(x, 2, { ceilMode: true }), leaf(1, 2, 5)],
  maxPool2d: [(x) => F.maxPool2d(x, 2, { stride: 1, padding: 1 }), leaf(1, 3, 3)],
  maxPool3d: [(x) => F.maxPool3d(x, 2, { stride: 1 }), leaf(1, 2, 2, 3)],
  avgPool1d: [(x) => F.avgPool1d(x, 2, { stride: 1 }), leaf(1, 1, 4)],
  avgPool2d: [(x) => F.avgPool2d(x, 2, { stride: 1, padding: 1, countIncludePad: false }), leaf(1, 3, 3)],
  avgPool3d: [(x) => F.avgPool3d(x, 2, { divisorOverride: 3 }), leaf(1, 2, 2, 2)],
  lpPool2d: [(x) => F.lpPool2d(x, 3, 2), positive(1, 2, 4)],
  adaptiveAvgPool2d: [(x) => F.adaptiveAvgPool2d(x, [2, 2]), leaf(1, 3, 4)],
  'adaptiveAvgPool2d even': [(x) => F.adaptiveAvgPool2d(x, 2), leaf(1, 4, 2)],
  adaptiveMaxPool2d: [(x) => F.adaptiveMaxPool2d(x, [2, 2]), leaf(1, 3, 4)],
  maxUnpool2d: [(x) => F.maxUnpool2d(x, classes(0n, 3n, 8n, 15n).view(1, 2, 2), 2), leaf(1, 2, 2)],
  fractionalMaxPool2d: [
    (x) => F.fractionalMaxPool2d(x, 2, { outputSize: 2, randomSamples: share(1, 1, 2).detach() }),
    leaf(1, 5, 5),
  ],

  'pad constant': [(x) => F.pad(x, [1, -1, 0, 2], { value: 3 }), leaf(2, 3)],
  'pad reflect': [(x) => F.pad(x, [2, 1], { mode: 'reflect' }), leaf(1, 4)],
  'pad replicate': [(x) => F.pad(x, [2, 1], { mode: 'replicate' }), leaf(1, 3)],
  'pad circular': [(x) => F.pad(x, [2, 1], { mode: 'circular' }), leaf(1, 3)],
  fold: [(x) => F.fold(x, [3, 3], 2), leaf(1, 4, 4)],
  unfold: [(x) => F.unfold(x, 2, { padding: 1, stride: 2 }), leaf(1, 1, 3, 3)],
  pixelShuffle: [(x) => F.pixelShuffle(x, 2), leaf(4, 1, 2)],
  pixelUnshuffle: [(x) => F.pixelUnshuffle(x, 2), leaf(1, 2, 4)],
  'interpolate nearest': [(x) => F.interpolate(x, { scaleFactor: 1.5 }), leaf(1, 1, 4)],
  'interpolate bilinear': [(x) => F.interpolate(x, { size: 3, mode: 'bilinear' }), leaf(1, 1, 2, 4)],
  'interpolate bicubic': [
    (x) => F.interpolate(x, { size: 3, mode: 'bicubic', alignCorners: true }),
    leaf(1, 1, 2, 4),
  ],
  'interpolate smoothed': [
    (x) => F.interpolate(x, { size: 2, mode: 'bilinear', antialias: true }),
    leaf(1, 1, 3, 5),
  ],
  gridSample: [
    (x, grid) => F.gridSample(x, grid.mul(0.4), { alignCorners: false }),
    leaf(1, 1, 2, 2),
    leaf(1, 1, 2, 2),
  ],
  'gridSample bicubic': [
    (x, grid) =>
      F.gridSample(x, grid.mul(0.3), {
        mode: 'bicubic',
        paddingMode: 'border',
        alignCorners: true,
      }),
    leaf(1, 1, 2, 2),
    leaf(1, 1, 1, 2),
  ],
  affineGrid: [(theta) => F.affineGrid(theta, [1, 1, 2, 2], { alignCorners: false }), leaf(1, 2, 3)],
  embedding: [(w) => F.embedding(classes(2n, 0n, 2n), w), leaf(3, 2)],
  embeddingBag: [
    (w, perSampleWeights) =>
      F.embeddingBag(classes(2n, 0n, 1n), w, {
        offsets: classes(0n, 2n),
        mode: 'sum',
        perSampleWeights,
      }),
    leaf(3, 2),
    leaf(3),
  ],
  scaledDotProductAttention: [
    (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true }),
    leaf(2, 3),
    positive(2, 3),
    share(2, 3),
  ],
};

describe('gradients of nn.functional agree with differences, of first and second order', () => {
  it.each(Object.entries(cases))('%s', (_, [fn, ...inputs]) => {
    expect(torch.gradcheck(fn, inputs)).toBe(true);
    expect(torch.gradgradcheck(fn, inputs)).toBe(true);
  });

  it('of ctc_loss, over a log-softmax', () => {
    const targets = classes(1n, 2n, 2n, 1n, 1n);
    const fn = (x: Tensor): Tensor => F.ctcLoss(x.logSoftmax(2), targets, [5, 4], [3, 2]);
    expect(torch.gradcheck(fn, [leaf(5, 2, 3)])).toBe(true);
  });
});
