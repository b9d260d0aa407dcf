import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { torch } from '../setup.ts';

const F = torch.functional;
type Tensor = torch.Tensor;

interface Recorded {
  readonly dtype: torch.DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

interface Case {
  readonly expr: string;
  readonly inputs: { readonly x: Recorded; readonly y?: Recorded; readonly z?: Recorded };
  readonly out: Recorded;
  readonly grads?: Readonly<Record<string, Recorded>>;
}

const file = new URL('../fixtures/functional-cases.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] };

type Call = (x: Tensor, y: Tensor, z: Tensor) => Tensor;

const seeded =
  (call: Call): Call =>
  (x, y, z) => {
    torch.manualSeed(7);
    return call(x, y, z);
  };

/** Our call for each recorded expression. */
const calls: Readonly<Record<string, Call>> = {
  'F.relu(x)': (x) => F.relu(x),
  'F.relu6(x)': (x) => F.relu6(x),
  'F.hardtanh(x)': (x) => F.hardtanh(x),
  'F.hardsigmoid(x)': (x) => F.hardsigmoid(x),
  'F.hardswish(x)': (x) => F.hardswish(x),
  'F.hardshrink(x)': (x) => F.hardshrink(x),
  'F.softshrink(x)': (x) => F.softshrink(x),
  'F.elu(x)': (x) => F.elu(x),
  'F.selu(x)': (x) => F.selu(x),
  'F.celu(x)': (x) => F.celu(x),
  'F.leaky_relu(x)': (x) => F.leakyRelu(x),
  'F.softplus(x)': (x) => F.softplus(x),
  'F.logsigmoid(x)': (x) => F.logsigmoid(x),
  'F.gelu(x)': (x) => F.gelu(x),
  'F.silu(x)': (x) => F.silu(x),
  'F.mish(x)': (x) => F.mish(x),
  'F.softsign(x)': (x) => F.softsign(x),
  'F.tanhshrink(x)': (x) => F.tanhshrink(x),
  'F.threshold(x,.5,9.)': (x) => F.threshold(x, 0.5, 9),
  'F.prelu(x,y)': (x, y) => F.prelu(x, y),
  "F.gelu(x,approximate='tanh')": (x) => F.gelu(x, { approximate: 'tanh' }),
  'F.l1_loss(x,y)': (x, y) => F.l1Loss(x, y),
  'F.smooth_l1_loss(x,y,beta=0.)': (x, y) => F.smoothL1Loss(x, y, { beta: 0 }),
  'F.smooth_l1_loss(x,y)': (x, y) => F.smoothL1Loss(x, y),
  'F.huber_loss(x,y)': (x, y) => F.huberLoss(x, y),
  'F.margin_ranking_loss(x,y,z)': (x, y, z) => F.marginRankingLoss(x, y, z),
  'F.hinge_embedding_loss(x,y)': (x, y) => F.hingeEmbeddingLoss(x, y),
  'F.binary_cross_entropy(x,y)': (x, y) => F.binaryCrossEntropy(x, y),
  'F.cross_entropy(x,y,ignore_index=1)': (x, y) => F.crossEntropy(x, y, { ignoreIndex: 1 }),
  'F.cross_entropy(x,y,weight=z,label_smoothing=.3)': (x, y, z) =>
    F.crossEntropy(x, y, { weight: z, labelSmoothing: 0.3 }),
  "F.kl_div(x,y,reduction='batchmean')": (x, y) => F.klDiv(x, y, { reduction: 'batchmean' }),
  'F.normalize(x)': (x) => F.normalize(x),
  'F.max_pool2d(x,2)': (x) => F.maxPool2d(x, 2),
  'F.max_pool2d(x,2,2,1,return_indices=True)[1]': (x) =>
    F.maxPool2d(x, 2, { stride: 2, padding: 1, returnIndices: true })[1],
  'F.max_pool2d(x,3,1,1,2)': (x) => F.maxPool2d(x, 3, { stride: 1, padding: 1, dilation: 2 }),
  'F.avg_pool2d(x,3,2,1,True,False)': (x) =>
    F.avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  'F.lp_pool1d(x,3,2)': (x) => F.lpPool1d(x, 3, 2),
  'F.lp_pool2d(x,2,2,1)': (x) => F.lpPool2d(x, 2, 2, { stride: 1 }),
  'F.conv1d(x,y,z,2,1)': (x, y, z) => F.conv1d(x, y, z, { stride: 2, padding: 1 }),
  'F.conv2d(x,y,z,(2,1),(0,2),(1,2),2)': (x, y, z) =>
    F.conv2d(x, y, z, { stride: [2, 1], padding: [0, 2], dilation: [1, 2], groups: 2 }),
  "F.conv2d(x,y,padding='same')": (x, y) => F.conv2d(x, y, null, { padding: 'same' }),
  'F.conv2d(x,y,groups=2)': (x, y) => F.conv2d(x, y, null, { groups: 2 }),
  'F.conv3d(x,y,z,2,1)': (x, y, z) => F.conv3d(x, y, z, { stride: 2, padding: 1 }),
  'F.conv_transpose2d(x,y,z,3,1,2,2)': (x, y, z) =>
    F.convTranspose2d(x, y, z, { stride: 3, padding: 1, outputPadding: 2, groups: 2 }),
  'F.conv_transpose3d(x,y)': (x, y) => F.convTranspose3d(x, y),
  'F.fold(x,(4,5),(2,3),padding=1,stride=(2,1))': (x) =>
    F.fold(x, [4, 5], [2, 3], { padding: 1, stride: [2, 1] }),
  "F.interpolate(x,size=(7,3),mode='nearest-exact')": (x) =>
    F.interpolate(x, { size: [7, 3], mode: 'nearest-exact' }),
  "F.interpolate(x,scale_factor=1.7,mode='nearest')": (x) =>
    F.interpolate(x, { scaleFactor: 1.7, mode: 'nearest' }),
  "F.interpolate(x,scale_factor=.6,mode='bilinear')": (x) =>
    F.interpolate(x, { scaleFactor: 0.6, mode: 'bilinear' }),
  "F.interpolate(x,scale_factor=.6,mode='bicubic',recompute_scale_factor=True)": (x) =>
    F.interpolate(x, { scaleFactor: 0.6, mode: 'bicubic', recomputeScaleFactor: true }),
  "F.interpolate(x,size=(2,7),mode='bilinear',antialias=True)": (x) =>
    F.interpolate(x, { size: [2, 7], mode: 'bilinear', antialias: true }),
  "F.interpolate(x,size=(3,2),mode='bicubic',antialias=True)": (x) =>
    F.interpolate(x, { size: [3, 2], mode: 'bicubic', antialias: true }),
  'F.affine_grid(x,(2,1,3,2),align_corners=False)': (x) =>
    F.affineGrid(x, [2, 1, 3, 2], { alignCorners: false }),
  'F.affine_grid(x,(1,1,2,3,2),align_corners=True)': (x) =>
    F.affineGrid(x, [1, 1, 2, 3, 2], { alignCorners: true }),
  "F.grid_sample(x,y,padding_mode='reflection',align_corners=False)": (x, y) =>
    F.gridSample(x, y, { paddingMode: 'reflection', alignCorners: false }),
  "F.grid_sample(x,y,mode='bicubic',padding_mode='reflection',align_corners=True)": (x, y) =>
    F.gridSample(x, y, { mode: 'bicubic', paddingMode: 'reflection', alignCorners: true }),
  "F.grid_sample(x,y,mode='nearest',padding_mode='border',align_corners=False)": (x, y) =>
    F.gridSample(x, y, { mode: 'nearest', paddingMode: 'border', alignCorners: false }),
  "F.grid_sample(x,y,padding_mode='border',align_corners=True)": (x, y) =>
    F.gridSample(x, y, { paddingMode: 'border', alignCorners: true }),
  'F.one_hot(x)': (x) => F.oneHot(x),
  'F.embedding(y,x,padding_idx=1,scale_grad_by_freq=True)': (x, y) =>
    F.embedding(y, x, { paddingIdx: 1, scaleGradByFreq: true }),
  'F.embedding(y,x.clone(),max_norm=1.)': (x, y) => F.embedding(y, x.clone(), { maxNorm: 1 }),
  "F.embedding_bag(y,x,z,mode='max')": (x, y, z) => F.embeddingBag(y, x, { offsets: z, mode: 'max' }),
  "F.embedding_bag(y,x,z,mode='mean',padding_idx=2,scale_grad_by_freq=True)": (x, y, z) =>
    F.embeddingBag(y, x, { offsets: z, mode: 'mean', paddingIdx: 2, scaleGradByFreq: true }),
  'F.bilinear(x,y,z)': (x, y, z) => F.bilinear(x, y, z),
  'F.ctc_loss(x.log_softmax(2),y,(5,4),(3,2))': (x, y) => F.ctcLoss(x.logSoftmax(2), y, [5, 4], [3, 2]),
  "F.ctc_loss(x.log_softmax(2),y,(5,4),(3,0),reduction='none')": (x, y) =>
    F.ctcLoss(x.logSoftmax(2), y, [5, 4], [3, 0], { reduction: 'none' }),
  "F.ctc_loss(x.log_softmax(2),y,(2,4),(2,2),reduction='sum',zero_infinity=True)": (x, y) =>
    F.ctcLoss(x.logSoftmax(2), y, [2, 4], [2, 2], { reduction: 'sum', zeroInfinity: true }),
  'F.ctc_loss(x.log_softmax(1),y,torch.tensor(5),torch.tensor(2),blank=3)': (x, y) =>
    F.ctcLoss(x.logSoftmax(1), y, torch.tensor(5n), torch.tensor(2n), { blank: 3 }),
  '(torch.manual_seed(7), F.dropout(x,.3))[1]': seeded((x) => F.dropout(x, 0.3)),
  '(torch.manual_seed(7), F.dropout1d(x,.5))[1]': seeded((x) => F.dropout1d(x, 0.5)),
  '(torch.manual_seed(7), F.dropout2d(x,.5))[1]': seeded((x) => F.dropout2d(x, 0.5)),
  '(torch.manual_seed(7), F.alpha_dropout(x,.4,True))[1]': seeded((x) =>
    F.alphaDropout(x, 0.4, { training: true }),
  ),
  '(torch.manual_seed(7), F.feature_alpha_dropout(x,.5,True))[1]': seeded((x) =>
    F.featureAlphaDropout(x, 0.5, { training: true }),
  ),
  '(torch.manual_seed(7), F.rrelu(-x,training=True))[1]': seeded((x) =>
    F.rrelu(x.neg(), undefined, undefined, { training: true }),
  ),
};

function made({ dtype, shape, data }: Recorded): Tensor {
  const values = data.map((v) => (v === 'inf' ? Infinity : v === '-inf' ? -Infinity : Number(v)));
  const out = torch
    .tensor(values, { dtype })
    .view([...shape])
    .detach();
  return dtype.startsWith('float') ? out.requiresGrad_(true) : out;
}

function expectClose(got: Tensor, wanted: Recorded, what: string): void {
  const tolerance = wanted.dtype === 'float32' ? 1e-6 : 1e-7;
  expect(got.shape, what).toEqual(wanted.shape);
  expect(got.dtype, what).toBe(wanted.dtype);
  const expected = made(wanted).detach();
  const close = got.detach().isclose(expected, { rtol: tolerance, atol: tolerance, equalNan: true });
  if (close.all().item() !== true) expect.fail(`${what}: expected ${expected}, got ${got}`);
}

it.each(cases)('$expr', ({ expr, inputs, out, grads }) => {
  const previous = torch.setWarningHandler(() => {});
  try {
    const x = made(inputs.x);
    const y = inputs.y === undefined ? x : made(inputs.y);
    const z = inputs.z === undefined ? x : made(inputs.z);
    const given: Readonly<Record<string, Tensor>> = { x, y, z };
    const got = calls[expr]!(x, y, Object.keys(grads ?? {}).includes('z') ? z : z.detach());
    expectClose(got, out, 'value');
    if (grads === undefined) return;
    const weights = torch.arange(got.numel()).remainder(3).add(1).to(got.dtype).view(got.shape);
    got.backward(weights);
    for (const [name, wanted] of Object.entries(grads)) {
      expectClose(given[name]!.grad!, wanted, `gradient of ${name}`);
    }
  } finally {
    torch.setWarningHandler(previous);
  }
});
