/** Depth, height, width. What a convolution of fewer dimensions lacks is in front: size 1, stride 1, padding 0. */
export type Triple = readonly [depth: number, height: number, width: number];

/**
 * What `conv` computes, of the three tensors that a convolution relates: *input* [batch, groups · inChannels, …input],
 * *weight* [groups · outChannels, inChannels, …kernel] and *output* [batch, groups · outChannels, …output].
 *
 * - `forward`: out is the output, a the input, b the weight
 * - `input`: out is the gradient of the input, a that of the output, b the weight
 * - `weight`: out is the gradient of the weight, a the input, b the gradient of the output
 *
 * Each is linear in both operands, so that each one's gradients are the other two. A transposed convolution is
 * `input`, with the tensor that goes in as the gradient of the output.
 *
 * A kind of its own because products with copied patches move the input through memory once for every element of the
 * kernel; that is how core does it where a backend declines.
 */
export type ConvMode = 'forward' | 'input' | 'weight';

/**
 * The geometry of a convolution, the same for all modes. All operands are contiguous.
 *
 * Within each group, output position `o` and kernel position `k` meet at input position
 * `o · stride - padding + k · dilation`, axis by axis; where that is outside the input, the input counts as 0.
 * `output` is given, not derived: it can be smaller or larger than what the other sizes allow, in which case some
 * input is never read (its gradient is 0) or some output is 0.
 */
export interface ConvPlan {
  readonly batch: number;
  readonly groups: number;
  /** Channels of the input in each group. */
  readonly inChannels: number;
  /** Channels of the output in each group. */
  readonly outChannels: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly output: Triple;
  readonly stride: Triple;
  /** In front of the input, and behind it as far as the output reaches; may be larger than the kernel, or negative. */
  readonly padding: Triple;
  readonly dilation: Triple;
}
