import type { Loops } from '@taimatsu/core/backend';
import { type Expr, type FunctionBuilder, i32, type Local } from '../asm/index.ts';

// The loops of a launch as generated code reads them: 32-bit words at an address that it is given.
//
// 0 iterations of the outer dimensions, 1 how many there are, 2 size of the inner dimension, then for each operand its
// address, for each operand its inner stride, then for each outer dimension, innermost first: size, a counter at 0, and
// each operand's stride. Strides are in bytes.

const HEAD = 3;

/** Where descriptors of the outer and of the inner nest of a launch lie that one thread does. */
export const OUTER = 1024;
export const INNER = 32768;

/** An operand of a launch: its number in the loops, its first element's address, and bytes per element. */
export interface Operand {
  readonly number: number;
  readonly pointer: number;
  readonly itemsize: number;
}

/** Bytes of a descriptor. */
export function descriptorBytes({ shape }: Loops, operands: number): number {
  return 4 * (HEAD + 2 * operands + shape.length * (2 + operands));
}

/** Writes a descriptor. `walked` is 1 where the kernel's inner loop walks the last dimension, else 0. */
export function describe(
  words: Int32Array,
  at: number,
  loops: Loops,
  walked: 0 | 1,
  operands: readonly Operand[],
): void {
  const { shape, strides } = loops;
  const rank = shape.length - walked;
  const count = operands.length;
  const base = at >> 2;
  const inner = walked === 1 ? shape[rank]! : 1;
  words[base + 1] = rank;
  words[base + 2] = inner;
  for (let i = 0; i < count; i++) {
    const { pointer, itemsize, number } = operands[i]!;
    words[base + HEAD + i] = pointer;
    words[base + HEAD + count + i] = walked === 1 ? strides[number]![rank]! * itemsize : 0;
  }
  let outer = 1;
  let to = base + HEAD + 2 * count;
  for (let d = rank - 1; d >= 0; d--) {
    outer *= shape[d]!;
    words[to++] = shape[d]!;
    words[to++] = 0;
    for (let i = 0; i < count; i++) words[to++] = strides[operands[i]!.number]![d]! * operands[i]!.itemsize;
  }
  words[base] = inner === 0 ? 0 : outer;
}

/** What the body of a nest sees. */
export interface NestSite {
  /** Size of the inner dimension. */
  readonly length: Local<'i32'>;
  /** Where each operand is; to be left as it is. */
  readonly pointers: readonly Local<'i32'>[];
  /** Each operand's inner stride. */
  readonly strides: readonly Local<'i32'>[];
}

/** Reads the descriptor of `count` operands at an address; the result emits the loops around a body. `starts` replace its addresses. */
export function nest(
  f: FunctionBuilder,
  at: Local<'i32'>,
  count: number,
): { readonly site: NestSite; run(body: () => void, starts?: readonly Expr<'i32'>[]): void } {
  const word = (i: number): Expr<'i32'> => i32.load(at, 4 * i);
  const length = f.let(word(2));
  const pointers = Array.from({ length: count }, (_, i) => f.let(word(HEAD + i)));
  const strides = Array.from({ length: count }, (_, i) => f.let(word(HEAD + count + i)));
  const bytes = 4 * (2 + count);
  const first = f.let(i32.add(at, 4 * (HEAD + 2 * count)));
  const end = f.let(i32.add(first, i32.mul(word(1), bytes)));
  const left = f.local('i32');
  const dim = f.local('i32');
  const size = f.local('i32');
  const counter = f.local('i32');
  const step = (): void => {
    f.set(dim, first);
    f.block((done) => {
      f.loop((again) => {
        f.brIf(done, i32.eq(dim, end));
        f.set(size, i32.load(dim));
        f.set(counter, i32.add(i32.load(dim, 4), 1));
        f.if(i32.lt_u(counter, size), () => {
          f.do(i32.store(dim, counter, 4));
          pointers.forEach((pointer, i) => {
            f.set(pointer, i32.add(pointer, i32.load(dim, 8 + 4 * i)));
          });
          f.br(done);
        });
        f.do(i32.store(dim, 0, 4));
        f.set(size, i32.sub(size, 1));
        pointers.forEach((pointer, i) => {
          f.set(pointer, i32.sub(pointer, i32.mul(size, i32.load(dim, 8 + 4 * i))));
        });
        f.set(dim, i32.add(dim, bytes));
        f.br(again);
      });
    });
  };
  const run = (body: () => void, starts?: readonly Expr<'i32'>[]): void => {
    starts?.forEach((start, i) => {
      f.set(pointers[i]!, start);
    });
    f.set(left, word(0));
    f.while(left, () => {
      body();
      f.set(left, i32.sub(left, 1));
      step();
    });
  };
  return { site: { length, pointers, strides }, run };
}
