/**
 * `torch.nn.functional`: what layers compute, as functions of tensors.
 * @packageDocumentation
 */
export {
  celu,
  elu,
  type GeluOptions,
  gelu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  type InplaceOptions,
  leakyRelu,
  logsigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
  threshold,
} from './activation.ts';
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type LogitsOptions,
} from './binary-loss.ts';
export { type CrossEntropyOptions, crossEntropy, type NllOptions, nllLoss } from './class-loss.ts';
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from './convolution.ts';
export {
  type CosineSimilarityOptions,
  cdist,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
  pdist,
} from './distance.ts';
export {
  type GaussianNllOptions,
  gaussianNllLoss,
  type KlDivOptions,
  klDiv,
  type PoissonNllOptions,
  poissonNllLoss,
} from './distribution-loss.ts';
export {
  type GumbelSoftmaxOptions,
  glu,
  gumbelSoftmax,
  logSoftmax,
  prelu,
  type RreluOptions,
  rrelu,
  type SoftminOptions,
  softmax,
  softmin,
} from './gating.ts';
export { bilinear, linear } from './linear.ts';
export {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  type MarginOptions,
  type MultiMarginOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  softMarginLoss,
  type TripletDistanceOptions,
  type TripletMarginOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
  type WeightedOptions,
} from './margin-loss.ts';
export {
  type BatchNormOptions,
  batchNorm,
  groupNorm,
  type InstanceNormOptions,
  instanceNorm,
  layerNorm,
  type NormalizeOptions,
  type NormOptions,
  nativeBatchNorm,
  nativeLayerNorm,
  normalize,
} from './normalization.ts';
export type { LossOptions, LossReduction } from './reduction.ts';
export {
  type HuberOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1Options,
  smoothL1Loss,
} from './regression.ts';
export type { Normalized } from './standardize.ts';
