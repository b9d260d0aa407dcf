/** What there is to do, as data: every contestant does the same, and a process in another language can read it. */
export type Work =
  /** Two tensors added; `recorded` where the first requires a gradient. */
  | { readonly op: 'add'; readonly elements: number; readonly recorded?: true }
  /** Cells 3, 9 and 11 of the notebook and backward: the gradient of mean(3 (x + 2)²) at ones(2, 2). */
  | { readonly op: 'notebook' }
  | { readonly op: 'exp'; readonly elements: number }
  /** The sum of numbers in [0, 1). */
  | { readonly op: 'sum'; readonly elements: number }
  /** y = y · a, y = y + b, and so on: `length` operations, one call each. */
  | { readonly op: 'chain'; readonly elements: number; readonly length: number }
  | MatmulWork
  | ConvWork
  /** Along the last of two dimensions. */
  | { readonly op: 'softmax'; readonly rows: number; readonly columns: number }
  /** With weight and bias. */
  | { readonly op: 'layerNorm'; readonly rows: number; readonly columns: number }
  /** A training step of 784-128-10 with cross-entropy, parameters updated. */
  | { readonly op: 'mlp'; readonly batch: number; readonly optimizer: Optimizer }
  /** A training step of two 3×3 convolutions (32, 64 channels), each with relu and 2×2 max-pooling, and a linear layer. */
  | { readonly op: 'cnn'; readonly batch: number; readonly optimizer: Optimizer }
  /** Independent multiply-adds in 128-bit registers: what no kernel of one thread can exceed. */
  | { readonly op: 'peak' };

/** A product of two matrices or of two batches of them. A transposed operand is stored the other way round. */
export interface MatmulWork {
  readonly op: 'matmul';
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly ta: boolean;
  readonly tb: boolean;
}

/** A convolution with 3×3 kernels, stride 1 and padding 1, or one of its two gradients alone. */
export interface ConvWork {
  readonly op: 'conv';
  readonly pass: 'forward' | 'input' | 'weight';
  readonly batch: number;
  readonly channels: number;
  readonly size: number;
}

export type Optimizer = 'sgd' | 'adam';

/** The learning rates that every contestant uses. */
export const learningRate: Readonly<Record<Optimizer, number>> = { sgd: 0.1, adam: 1e-3 };

/** Steps whose losses are the result of a training case. */
export const checkedSteps = 3;

export type Op = Work['op'];
export type WorkOf<O extends Op> = Extract<Work, { readonly op: O }>;
