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
  type AdaptiveMaxPoolOptions,
  type AdaptiveSizes,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type FractionalMaxPoolOptions,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
} from './adaptive-pooling.ts';
export {
  type AttentionOptions,
  type AttentionResult,
  scaledDotProductAttention,
} from './attention.ts';
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type LpPoolOptions,
  lpPool1d,
  lpPool2d,
} from './avg-pooling.ts';
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
export { type CtcOptions, ctcLoss, type Lengths } from './ctc.ts';
export {
  type CosineSimilarityOptions,
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
  alphaDropout,
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
} from './dropout.ts';
export { type EmbeddingOptions, embedding, oneHot } from './embedding.ts';
export { type BagMode, type EmbeddingBagOptions, embeddingBag } from './embedding-bag.ts';
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
export {
  type AffineGridOptions,
  affineGrid,
  type GridSampleOptions,
  gridSample,
} from './grid.ts';
export {
  type InterpolateOptions,
  type InterpolationMode,
  interpolate,
  type UpsampleOptions,
  upsample,
  upsampleBilinear,
  upsampleNearest,
} from './interpolate.ts';
export { bilinear, linear } from './linear.ts';
export { type LocalResponseOptions, localResponseNorm } from './local-response.ts';
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
export type { Pooled } from './max-windows.ts';
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
export { constantPadNd, type PadOptions, pad } from './pad.ts';
export { channelShuffle, fold, pixelShuffle, pixelUnshuffle, type UnfoldOptions, unfold } from './pixels.ts';
export {
  type MaxPoolOptions,
  type MaxPoolResult,
  type MaxUnpoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
} from './pooling.ts';
export type { LossOptions, LossReduction } from './reduction.ts';
export {
  type HuberOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1Options,
  smoothL1Loss,
} from './regression.ts';
export type { SizeLike } from './sizes.ts';
export type { Normalized } from './standardize.ts';
