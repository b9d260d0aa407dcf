import { type DType, dtypeInfo, isFloatingPoint } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import type { Tensor } from '../../extend/index.ts';
import type { Matrix } from '../../linalg/index.ts';
import { numelOf, type Shape } from '../../shape/index.ts';
import { fromExamples, readExamples } from '../host.ts';
import { exampleSizes } from '../internal/examples.ts';

/**
 * The matrices in the last two dimensions, read to the host, and the shape of the others. Under `vmap` those of all examples,
 * one example after the other; writing to something with the same examples puts them back.
 */
export interface Batch {
  readonly lead: Shape;
  readonly rows: number;
  readonly columns: number;
  readonly matrices: readonly Matrix[];
}

/** Reads matrices to compute on them in plain TypeScript. Each is a copy. @throws `backend/sync-read` */
export function readMatrices(self: Tensor, name: string): Batch {
  const lead = self.shape.slice(0, -2);
  const [rows, columns] = self.shape.slice(-2) as [number, number];
  const data = readExamples(self, name);
  const size = rows * columns;
  const matrices = Array.from({ length: numelOf([...exampleSizes(self), ...lead]) }, (_, i) => ({
    rows,
    columns,
    data: data.slice(i * size, (i + 1) * size),
  }));
  return { lead, rows, columns, matrices };
}

/** A tensor of one matrix for each place of `lead`. */
export function writeMatrices(
  like: Tensor,
  lead: Shape,
  rows: number,
  columns: number,
  matrices: readonly Matrix[],
): Tensor {
  const data = matrices.map(({ data }) => data);
  return writeVectors(like, [...lead, rows, columns], data, like.dtype);
}

/** A tensor from the values of one place of the batch after the other. */
export function writeVectors(
  like: Tensor,
  shape: Shape,
  parts: readonly ArrayLike<number>[],
  dtype: DType,
): Tensor {
  const values = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return fromExamples(like, dtype, shape, values);
}

/** One number for each place of the batch. */
export function writeScalars(like: Tensor, lead: Shape, values: readonly number[], dtype: DType): Tensor {
  return fromExamples(like, dtype, lead, values);
}

/** Complains unless the tensor has the two dimensions of a matrix, in the words of PyTorch's older functions. */
export function checkRank(name: string, self: Tensor): void {
  if (self.ndim < 2) fail('op/argument', { text: `${name}: input must have at least 2 dimensions.` });
}

/** Complains unless the tensor holds matrices of a floating dtype. */
export function checkMatrices(name: string, self: Tensor, what = 'A'): void {
  if (self.ndim < 2) {
    fail('op/argument', { text: `${name}: The input tensor ${what} must have at least 2 dimensions.` });
  }
  if (!isFloatingPoint(self.dtype)) {
    fail('op/argument', {
      text: `${name}: Expected a floating point or complex tensor as input. Got ${dtypeInfo[self.dtype].title}`,
    });
  }
  if (self.dtype === 'float16' || self.dtype === 'bfloat16') {
    fail('op/argument', {
      text: `${name}: Low precision dtypes not supported. Got ${dtypeInfo[self.dtype].title}`,
    });
  }
}

/** Complains unless the tensor holds square matrices of a floating dtype. */
export function checkSquare(name: string, self: Tensor, what = 'A'): void {
  checkMatrices(name, self, what);
  const [rows, columns] = self.shape.slice(-2) as [number, number];
  if (rows !== columns) {
    fail('op/argument', {
      text: `${name}: ${what} must be batches of square matrices, but they are ${columns} by ${rows} matrices`,
    });
  }
}

/** Complains about the first place of the batch whose `info` is not 0. */
export function checkInfo(
  name: string,
  lead: Shape,
  infos: readonly number[],
  text: (info: number) => string,
): void {
  const index = infos.findIndex((info) => info !== 0);
  if (index < 0) return;
  const where = lead.length > 0 ? `(Batch element ${index}): ` : '';
  fail('op/argument', { text: `${name}: ${where}${text(infos[index]!)}` });
}
