import type { GradRecord } from '../autograd/index.ts';
import { kernelOf, scalarFor } from '../dispatch/index.ts';
import { type DType, dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, noGrad, type Tensor, track } from '../extend/index.ts';
import { collapse, type Epilogue } from '../kernel/index.ts';
import { load, param, type ScalarKernel, s, scalarKernel } from '../scalar/index.ts';
import { broadcastShapes, broadcastStrides, numelOf, type Shape } from '../shape/index.ts';
import { squeeze_ } from './inplace-views.ts';
import { unsafeView } from './views.ts';

/** The raw product over the last two dimensions, batches broadcast; operands of one dtype. Outside the graph. */
function product(a: Tensor, b: Tensor, batch: Shape, epilogue?: Epilogue): Tensor {
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape[b.ndim - 1]!;
  const out = emptyTensor(a.backend, a.dtype, [...batch, m, n]);
  if (out.numel() === 0) return out;
  const outer = (x: Tensor): readonly number[] =>
    broadcastStrides(x.shape.slice(0, -2), x.strides.slice(0, -2), batch);
  const inner = (x: Tensor): readonly number[] => x.strides.slice(-2);
  const extra = (epilogue?.inputs ?? []) as readonly Tensor[];
  const full = extra.map((x) => broadcastStrides(x.shape, x.strides, out.shape));
  const plan = {
    batch: collapse(batch, [
      out.strides.slice(0, -2),
      outer(a),
      outer(b),
      ...full.map((own) => own.slice(0, -2)),
    ]),
    m,
    n,
    k,
    strides: [inner(out), inner(a), inner(b), ...full.map((own) => own.slice(-2))],
  };
  kernelOf(a.backend, 'matmul')(plan, out, a, b, epilogue);
  return out;
}

function requireSame(a: Tensor, b: Tensor, kernel = 'addmm_impl_cpu_'): void {
  if (a.dtype !== b.dtype) {
    fail('dtype/mismatch', { expected: dtypeInfo[a.dtype].title, got: dtypeInfo[b.dtype].title });
  }
  refuseBool(a, kernel);
}

function refuseBool(a: Tensor, kernel: string): void {
  if (a.dtype === 'bool') fail('dtype/not-implemented', { kernel, dtype: 'Bool' });
}

const mmRecord: GradRecord<undefined> = {
  name: 'MmBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.mm(c.input(1).t()) },
    { in: [0], vjp: (g, c) => c.input(0).t().mm(g) },
  ],
};

function checkMm(self: Tensor, other: Tensor): void {
  if (self.ndim !== 2) fail('op/matrix', { name: 'self' });
  if (other.ndim !== 2) fail('op/matrix', { name: 'mat2' });
  if (self.shape[1] !== other.shape[0]) fail('op/mm-shapes', { a: self.shape, b: other.shape });
  requireSame(self, other);
}

/** The product of two matrices. */
export function mm(self: Tensor, other: Tensor): Tensor {
  checkMm(self, other);
  return track(mmRecord, product(self, other, []), [self, other], undefined);
}

const bmmRecord: GradRecord<undefined> = {
  name: 'BmmBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.bmm(c.input(1).transpose(1, 2)) },
    { in: [0], vjp: (g, c) => c.input(0).transpose(1, 2).bmm(g) },
  ],
};

/** The products of two batches of matrices. */
export function bmm(self: Tensor, other: Tensor): Tensor {
  if (self.ndim !== 3) fail('op/batch-3d', { name: 'batch1' });
  if (other.ndim !== 3) fail('op/batch-3d', { name: 'batch2' });
  const [batch, , k] = self.shape as [number, number, number];
  if (other.shape[0] !== batch || other.shape[1] !== k) {
    fail('op/bmm-shapes', { expected: [batch, k], got: other.shape.slice(0, 2) });
  }
  requireSame(self, other, 'bmm');
  return track(bmmRecord, product(self, other, [batch]), [self, other], undefined);
}

const mvRecord: GradRecord<undefined> = {
  name: 'MvBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.unsqueeze(1).mul(c.input(1).unsqueeze(0)) },
    { in: [0], vjp: (g, c) => c.input(0).t().mv(g) },
  ],
};

/** The product of a matrix and a vector. */
export function mv(self: Tensor, vector: Tensor): Tensor {
  if (self.ndim !== 2 || vector.ndim !== 1) {
    fail('op/argument', { text: `vector + matrix @ vector expected, got 1, ${self.ndim}, ${vector.ndim}` });
  }
  if (self.shape[1] !== vector.shape[0]) fail('op/mv-shapes', { a: self.shape, b: vector.shape });
  requireSame(self, vector, 'addmv_impl_cpu');
  const out = product(self.detach(), vector.detach().unsqueeze(1), []).view(self.shape[0]!);
  return track(mvRecord, out.detach(), [self, vector], undefined);
}

const dotRecord: GradRecord<undefined> = {
  name: 'DotBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.mul(c.input(1)) },
    { in: [0], vjp: (g, c) => g.mul(c.input(0)) },
  ],
};

/** The inner product of two vectors. */
export function dot(self: Tensor, other: Tensor): Tensor {
  if (self.ndim !== 1 || other.ndim !== 1) {
    fail('op/argument', { text: `1D tensors expected, but got ${self.ndim}D and ${other.ndim}D tensors` });
  }
  if (self.dtype !== other.dtype) {
    fail('op/argument', {
      text: `dot : expected both vectors to have same dtype, but found ${dtypeInfo[self.dtype].title} and ${dtypeInfo[other.dtype].title}`,
    });
  }
  if (self.shape[0] !== other.shape[0]) fail('op/dot-shapes', { a: self.shape[0]!, b: other.shape[0]! });
  refuseBool(self, 'dot');
  const out = product(self.detach().unsqueeze(0), other.detach().unsqueeze(1), []).view([]);
  return track(dotRecord, out.detach(), [self, other], undefined);
}

export const vdot: typeof dot = dot;

/** PyTorch's `@`: vectors, matrices, and batches of matrices that broadcast. */
export function matmul(self: Tensor, other: Tensor): Tensor {
  if (self.ndim === 0 || other.ndim === 0) fail('op/matmul-0d', { a: self.ndim, b: other.ndim });
  if (self.ndim === 1 && other.ndim === 1) return dot(self, other);
  if (self.ndim === 2 && other.ndim === 1) return mv(self, other);
  if (self.ndim === 1 && other.ndim === 2) return squeeze_(mm(self.unsqueeze(0), other), 0);
  if (self.ndim === 2 && other.ndim === 2) return mm(self, other);
  if (other.ndim <= 2) return foldedMatmul(self, other);
  return batchedMatmul(self, other);
}

/** [..., m, k] · [k] or [k, n]: all rows as one matrix. */
function foldedMatmul(self: Tensor, other: Tensor): Tensor {
  const lead = self.shape.slice(0, -1);
  const rows = self.reshape([numelOf(lead), self.shape[self.ndim - 1]!]);
  if (other.ndim === 1) return unsafeView(mv(rows, other), lead);
  return unsafeView(mm(rows, other), [...lead, other.shape[1]!]);
}

function batchedMatmul(self: Tensor, other: Tensor): Tensor {
  const a = self.ndim === 1 ? self.unsqueeze(0) : self;
  const b = other.ndim === 1 ? other.unsqueeze(1) : other;
  const [m, k] = a.shape.slice(-2) as [number, number];
  const [rows, n] = b.shape.slice(-2) as [number, number];
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const count = numelOf(batch);
  const fold = (x: Tensor, p: number, q: number): Tensor => x.expand([...batch, p, q]).reshape([count, p, q]);
  const out = unsafeView(bmm(fold(a, m, k), fold(b, rows, n)), [...batch, m, n]);
  if (self.ndim === 1) return out.squeeze(-2);
  return other.ndim === 1 ? out.squeeze(-1) : out;
}

/** Keyword arguments of products with something added: `beta` scales what is there, `alpha` the product. */
export interface AddmmOptions {
  readonly beta?: number;
  readonly alpha?: number;
}

const addKernels = new Map<DType, ScalarKernel>();

/** alpha · product + beta · addend. */
function addKernel(dtype: DType): ScalarKernel {
  let kernel = addKernels.get(dtype);
  if (kernel === undefined) {
    const scaled = s.mul(load(0, dtype), param(0, dtype));
    kernel = scalarKernel(s.add(scaled, s.mul(load(1, dtype), param(1, dtype))), dtype);
    addKernels.set(dtype, kernel);
  }
  return kernel;
}

interface AddmmAttrs {
  readonly alpha: number;
  readonly beta: number;
}

/** Integers take the whole part of a factor, and stay integers; so do bools, which it keeps or clears. */
function scaledBy(x: Tensor, factor: number): Tensor {
  if (factor === 1) return x;
  if (x.dtype === 'bool') return x.logicalAnd(x.newFull([], factor !== 0, { dtype: 'bool' }));
  return x.mul(isFloatingPoint(x.dtype) ? factor : Math.trunc(factor));
}

const addmmRecord: GradRecord<AddmmAttrs> = {
  name: 'AddmmBackward0',
  grads: [
    { vjp: (g, c) => scaledBy(g, c.attrs.beta) },
    { in: [2], vjp: (g, c) => scaledBy(g.mm(c.input(2).t()), c.attrs.alpha) },
    { in: [1], vjp: (g, c) => scaledBy(c.input(1).t().mm(g), c.attrs.alpha) },
  ],
};

/** beta · self + alpha · (mat1 · mat2), in one pass. With beta 0 `self` is ignored, NaN and all. */
export function addmm(
  self: Tensor,
  mat1: Tensor,
  mat2: Tensor,
  { beta = 1, alpha = 1 }: AddmmOptions = {},
): Tensor {
  if (mat1.ndim !== 2) fail('op/matrix', { name: 'mat1' });
  if (mat2.ndim !== 2) fail('op/matrix', { name: 'mat2' });
  if (self.dtype !== mat2.dtype) fail('op/argument', { text: 'self and mat2 must have the same dtype' });
  if (mat1.dtype !== mat2.dtype) fail('op/argument', { text: 'mat1 and mat2 must have the same dtype' });
  checkMm(mat1, mat2);
  const target = [mat1.shape[0]!, mat2.shape[1]!];
  const addend = self.detach().expand(target);
  if (beta === 0) {
    const out = noGrad(() => scaledBy(mm(mat1, mat2), alpha)).detach();
    return track(addmmRecord, out, [self, mat1, mat2], { alpha, beta });
  }
  if (!isFloatingPoint(self.dtype)) return scaledBy(self, beta).add(scaledBy(mm(mat1, mat2), alpha));
  const epilogue = {
    kernel: addKernel(self.dtype),
    inputs: [addend],
    params: [scalarFor(alpha, self.dtype), scalarFor(beta, self.dtype)],
  };
  const out = mat1.shape[1] === 0 ? scaledBy(addend, beta).clone() : product(mat1, mat2, [], epilogue);
  return track(addmmRecord, out, [self, mat1, mat2], { alpha, beta });
}

/** A record of beta · self + alpha · product, with the gradients of the product's factors. */
const addedRecord = (
  name: string,
  left: (g: Tensor, right: Tensor) => Tensor,
  right: (g: Tensor, left: Tensor) => Tensor,
): GradRecord<AddmmAttrs> => ({
  name,
  grads: [
    { vjp: (g, c) => scaledBy(g, c.attrs.beta) },
    { in: [2], vjp: (g, c) => scaledBy(left(g, c.input(2)), c.attrs.alpha) },
    { in: [1], vjp: (g, c) => scaledBy(right(g, c.input(1)), c.attrs.alpha) },
  ],
});

/** beta · self + alpha · product, in one step of the graph. */
function added(
  record: GradRecord<AddmmAttrs>,
  inputs: readonly [Tensor, Tensor, Tensor],
  { beta = 1, alpha = 1 }: AddmmOptions,
  multiply: (left: Tensor, right: Tensor) => Tensor,
): Tensor {
  const out = noGrad(() => {
    const [self, left, right] = inputs.map((x) => x.detach()) as [Tensor, Tensor, Tensor];
    const result = scaledBy(multiply(left, right), alpha);
    return beta === 0 ? result : scaledBy(self, beta).add(result);
  });
  return track(record, out.detach(), inputs, { alpha, beta });
}

const addmvRecord = addedRecord(
  'AddmvBackward0',
  (g, vec) => g.outer(vec),
  (g, mat) => mat.t().mv(g),
);

/** beta · self + alpha · (mat · vec). */
export function addmv(self: Tensor, mat: Tensor, vec: Tensor, options: AddmmOptions = {}): Tensor {
  return added(addmvRecord, [self, mat, vec], options, mv);
}

const baddbmmRecord = addedRecord(
  'BaddbmmBackward0',
  (g, batch2) => g.bmm(batch2.transpose(1, 2)),
  (g, batch1) => batch1.transpose(1, 2).bmm(g),
);

/** beta · self + alpha · (batch1 · batch2), batch by batch. */
export function baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, options: AddmmOptions = {}): Tensor {
  return added(baddbmmRecord, [self, batch1, batch2], options, bmm);
}

const repeated = (g: Tensor, like: Tensor): Tensor => g.unsqueeze(0).expand([like.shape[0]!, ...g.shape]);

const addbmmRecord = addedRecord(
  'AddbmmBackward0',
  (g, batch2) => repeated(g, batch2).bmm(batch2.transpose(1, 2)),
  (g, batch1) => batch1.transpose(1, 2).bmm(repeated(g, batch1)),
);

/** beta · self + alpha · Σ over batches of (batch1 · batch2). */
export function addbmm(self: Tensor, batch1: Tensor, batch2: Tensor, options: AddmmOptions = {}): Tensor {
  return added(addbmmRecord, [self, batch1, batch2], options, (a, b) => bmm(a, b).sum(0));
}

const addrRecord = addedRecord(
  'AddrBackward0',
  (g, vec2) => g.mv(vec2),
  (g, vec1) => g.t().mv(vec1),
);

/** beta · self + alpha · (vec1 ⊗ vec2). */
export function addr(self: Tensor, vec1: Tensor, vec2: Tensor, options: AddmmOptions = {}): Tensor {
  return added(addrRecord, [self, vec1, vec2], options, outer);
}

/** The outer product of two vectors. */
export function outer(self: Tensor, vec2: Tensor): Tensor {
  if (self.ndim !== 1)
    fail('op/argument', { text: `outer: Expected 1-D argument self, but got ${self.ndim}-D` });
  if (vec2.ndim !== 1)
    fail('op/argument', { text: `outer: Expected 1-D argument vec2, but got ${vec2.ndim}-D` });
  return self.reshape([self.shape[0]!, 1]).mul(vec2);
}

export const ger: typeof outer = outer;

/** Sums of products over the last dimensions of both. */
export function inner(self: Tensor, other: Tensor): Tensor {
  if (self.ndim === 0 || other.ndim === 0) return self.mul(other);
  if (self.shape[self.ndim - 1] !== other.shape[other.ndim - 1]) {
    fail('op/argument', {
      text: `inner() the last dimension must match on both input tensors but got shapes [${self.shape.join(', ')}] and [${other.shape.join(', ')}]`,
    });
  }
  return tensordot(self, other, [[-1], [-1]]);
}

/** Sums of products over pairs of dimensions: the last `dims` of `self` with the first of `other`, or the ones named. */
export function tensordot(
  self: Tensor,
  other: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  if (typeof dims === 'number' && dims > 0 && (self.ndim === 0 || other.ndim === 0)) {
    fail('shape/no-dims', { dim: self.ndim === 0 ? -dims : 0 });
  }
  const [left, right] =
    typeof dims === 'number'
      ? [
          Array.from({ length: dims }, (_, i) => self.ndim - dims + i),
          Array.from({ length: dims }, (_, i) => i),
        ]
      : [dims[0].map((d) => (d < 0 ? d + self.ndim : d)), dims[1].map((d) => (d < 0 ? d + other.ndim : d))];
  let [x, y] = [self, other];
  left.forEach((d, i) => {
    const [a, b] = [self.shape[d], other.shape[right[i]!]];
    // What is stretched to meet the other is as good as summed, which gives integers another dtype.
    if (b === 1) x = x.sum(d, { keepdim: true });
    else if (a === 1) y = y.sum(right[i]!, { keepdim: true });
    else if (a !== b) {
      const [first, second] = typeof dims === 'number' ? [i - dims, i] : [dims[0][i]!, dims[1][i]!];
      const text = `contracted dimensions need to match, but first has size ${a} in dim ${first} and second has size ${b} in dim ${second}`;
      fail('op/argument', { text });
    }
  });
  const keepA = self.shape.map((_, d) => d).filter((d) => !left.includes(d));
  const keepB = other.shape.map((_, d) => d).filter((d) => !right.includes(d));
  const sizeOf = (x: Tensor, axes: readonly number[]): number[] => axes.map((d) => x.shape[d]!);
  const shared = numelOf(sizeOf(x, left));
  const a = x.permute([...keepA, ...left]).reshape([numelOf(sizeOf(self, keepA)), shared]);
  const b = y.permute([...right, ...keepB]).reshape([shared, numelOf(sizeOf(other, keepB))]);
  return mm(a, b).reshape([...sizeOf(self, keepA), ...sizeOf(other, keepB)]);
}

/** The Kronecker product. */
export function kron(self: Tensor, other: Tensor): Tensor {
  const rank = Math.max(self.ndim, other.ndim);
  const padded = (x: Tensor): number[] => [...new Array(rank - x.ndim).fill(1), ...x.shape];
  const a = padded(self);
  const b = padded(other);
  const spread = self.reshape(a.flatMap((n) => [n, 1])).mul(other.reshape(b.flatMap((n) => [1, n])));
  return unsafeView(
    spread,
    a.map((n, d) => n * b[d]!),
  );
}
