/** One thing to time, done by every contestant that can. */
export interface Case {
  readonly id: string;
  readonly what: string;
  /** Floating point operations of one run, where a rate says more than a time. */
  readonly flops?: number;
  /** What the project holds itself to, in microseconds of a run. */
  readonly target?: number;
  /** What the project holds itself to, in GFLOP/s. */
  readonly targetRate?: number;
}

const mm = (m: number, k: number, n: number): number => 2 * m * k * n;

/** Everything that is measured, small to large. */
export const cases: readonly Case[] = [
  { id: 'add-2x2', what: '2×2 add', target: 0.3 },
  { id: 'add-2x2-grad', what: '2×2 add, recorded', target: 0.5 },
  { id: 'notebook', what: 'notebook cells 3, 9, 11 and backward', target: 5 },
  { id: 'add-1e3', what: 'add, 1,000', target: 3 },
  { id: 'add-1e6', what: 'add, 1,000,000', target: 2000 },
  { id: 'exp-1e6', what: 'exp, 1,000,000' },
  { id: 'sum-1e7', what: 'sum, 10,000,000' },
  { id: 'mm-512-nn', what: 'matmul 512, A·B', flops: mm(512, 512, 512), targetRate: 4 },
  { id: 'mm-512-nt', what: 'matmul 512, A·Bᵀ', flops: mm(512, 512, 512), targetRate: 4 },
  { id: 'mm-512-tn', what: 'matmul 512, Aᵀ·B', flops: mm(512, 512, 512), targetRate: 4 },
  { id: 'mm-512-tt', what: 'matmul 512, Aᵀ·Bᵀ', flops: mm(512, 512, 512), targetRate: 4 },
  { id: 'mm-skinny', what: '[64×784]·[784×10]', flops: mm(64, 784, 10) },
  { id: 'softmax-1000', what: 'softmax 1000×1000' },
  { id: 'mlp-sgd', what: 'MLP 784-128-10, batch 64, step with SGD' },
];
