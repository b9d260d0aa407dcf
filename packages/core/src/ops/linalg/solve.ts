import { fail } from '../../errors/index.ts';
import { type GradRecord, type Tensor, track, trackAll } from '../../extend/index.ts';
import { identity, luInPlace, solveFactored, solveTriangular as solveOnHost } from '../../linalg/index.ts';
import { broadcastShapes } from '../../shape/index.ts';
import { aligned } from '../internal/examples.ts';
import { checkInfo, checkSquare, readMatrices, writeMatrices, writeScalars } from './host-matrices.ts';

const T = (x: Tensor): Tensor => x.transpose(-2, -1);

/** Keyword arguments of functions that can report failure instead of throwing. */
export interface CheckOptions {
  /** Throws where `info` would not be 0. Default false. */
  readonly checkErrors?: boolean;
}

const inverseRecord: GradRecord<undefined> = {
  name: 'LinalgInvExBackward0',
  saves: { out: [0] },
  backward: ([g], c) => {
    if (g === undefined) return [null];
    const inverse = T(c.output());
    return [inverse.matmul(g).matmul(inverse).neg()];
  },
};

/** The inverses of square matrices, with `info` other than 0 where there is none. */
export function invEx(
  self: Tensor,
  { checkErrors = false }: CheckOptions = {},
): { inverse: Tensor; info: Tensor } {
  return inverseOf('linalg.inv_ex', self, checkErrors);
}

function inverseOf(name: string, self: Tensor, check: boolean): { inverse: Tensor; info: Tensor } {
  checkSquare(name, self);
  const { lead, rows, matrices } = readMatrices(self, name);
  const infos: number[] = [];
  const inverses = matrices.map((a) => {
    const { pivots, info } = luInPlace(a, true);
    infos.push(info);
    const out = identity(rows);
    if (info === 0) solveFactored(a, pivots, out);
    return out;
  });
  if (check) {
    checkInfo(
      name,
      lead,
      infos,
      (info) =>
        `The diagonal element ${info} is zero, the inversion could not be completed because the input matrix is singular.`,
    );
  }
  const [inverse, info] = trackAll(
    inverseRecord,
    [writeMatrices(self, lead, rows, rows, inverses), writeScalars(self, lead, infos, 'int32')] as const,
    [self],
    undefined,
  );
  return { inverse, info };
}

/** The inverses of square matrices. @throws `op/argument` where there is none */
export function inv(self: Tensor): Tensor {
  return inverseOf('linalg.inv', self, true).inverse;
}

const solveRecord: GradRecord<undefined> = {
  name: 'LinalgSolveExBackward0',
  saves: { in: [0], out: [0] },
  backward: ([g], c) => {
    if (g === undefined) return [null, null];
    const right = solve(T(c.input(0)), g);
    return [c.needs(0) ? right.matmul(T(c.output())).neg() : null, right];
  },
};

/** Keyword arguments of {@link solve}. */
export interface SolveOptions {
  /** Solves AX = B, else XA = B. Default true. */
  readonly left?: boolean;
}

const isVector = (a: Tensor, b: Tensor): boolean =>
  b.ndim === 1 || (a.ndim - 1 === b.ndim && b.shape.every((n, d) => n === a.shape[d]));

/** The solution of AX = B for square A; B may hold vectors. @throws `op/argument` for singular A */
export function solve(a: Tensor, b: Tensor, options: SolveOptions = {}): Tensor {
  return solved('linalg.solve', a, b, options, true).result;
}

/** {@link solve} that reports singular matrices in `info`. */
export function solveEx(
  a: Tensor,
  b: Tensor,
  options: SolveOptions & CheckOptions = {},
): { result: Tensor; info: Tensor } {
  return solved('linalg.solve_ex', a, b, options, options.checkErrors ?? false);
}

function solved(
  name: string,
  a: Tensor,
  b: Tensor,
  { left = true }: SolveOptions,
  check: boolean,
): { result: Tensor; info: Tensor } {
  checkSquare(name, a);
  const vector = isVector(a, b);
  if (vector && !left) {
    fail('op/argument', {
      text: 'linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case linalg.solve is equivalent to B / A.squeeze(-1)',
    });
  }
  const columns = vector ? b.unsqueeze(-1) : b;
  checkFit(name, a, columns, left);
  const [x, y] = left ? [a, columns] : [T(a), T(columns)];
  const lead = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2));
  const wide = (z: Tensor): Tensor => z.expand([...lead, ...z.shape.slice(-2)]);
  const { result, info } = solvedPlainly(name, wide(x), wide(y), check);
  const shaped = left ? result : T(result);
  return { result: vector ? shaped.squeeze(-1) : shaped, info: infoOf(info, x) };
}

/** PyTorch reports one `info` for each matrix A, not for each system. */
function infoOf(info: Tensor, a: Tensor): Tensor {
  const lead = a.shape.slice(0, -2);
  if (lead.length === info.ndim && lead.every((n, d) => n === info.shape[d])) return info;
  let out = info;
  while (out.ndim > lead.length) out = out.select(0, 0);
  lead.forEach((n, d) => {
    if (n === 1 && out.shape[d] !== 1) out = out.narrow(d, 0, 1);
  });
  return out.contiguous().detach();
}

function checkFit(name: string, a: Tensor, b: Tensor, left: boolean): void {
  if (b.ndim < 2) {
    fail('op/argument', { text: `${name}: The input tensor B must have at least 2 dimensions.` });
  }
  const n = a.shape[a.ndim - 1]!;
  const got = b.shape[left ? b.ndim - 2 : b.ndim - 1]!;
  if (n !== got) {
    const [p, q] = b.shape.slice(-2) as [number, number];
    fail('op/argument', {
      text: `${name}: Incompatible shapes of A and B for the equation ${left ? 'AX = B' : 'XA = B'} (${n}x${n} and ${p}x${q})`,
    });
  }
  if (a.dtype !== b.dtype) {
    fail('op/argument', {
      text: `${name}: Expected A and B to have the same dtype, but found A of type ${a.dtype} and B of type ${b.dtype} instead`,
    });
  }
}

function solvedPlainly(name: string, a: Tensor, b: Tensor, check: boolean): { result: Tensor; info: Tensor } {
  const [lefts, rights] = aligned(a, b);
  const left = readMatrices(lefts, name);
  const right = readMatrices(rights, name);
  const infos: number[] = [];
  const results = left.matrices.map((m, i) => {
    const { pivots, info } = luInPlace(m, true);
    infos.push(info);
    const x = right.matrices[i]!;
    solveFactored(m, pivots, x);
    return x;
  });
  if (check) {
    checkInfo(
      `torch.${name}`,
      left.lead,
      infos,
      () => 'The solver failed because the input matrix is singular.',
    );
  }
  const [result, info] = trackAll(
    solveRecord,
    [
      writeMatrices(rights, left.lead, right.rows, right.columns, results),
      writeScalars(lefts, left.lead, infos, 'int32'),
    ] as const,
    [a, b],
    undefined,
  );
  return { result, info };
}

interface TriangleAttrs {
  readonly upper: boolean;
  readonly unitriangular: boolean;
}

const triangularRecord: GradRecord<TriangleAttrs> = {
  name: 'LinalgSolveTriangularBackward0',
  saves: { in: [0], out: [0] },
  backward: ([g], c) => {
    if (g === undefined) return [null, null];
    const { upper, unitriangular } = c.attrs;
    const right = solveTriangular(T(c.input(0)), g, { upper: !upper, unitriangular });
    const whole = right.matmul(T(c.output())).neg();
    const offset = unitriangular ? 1 : 0;
    return [c.needs(0) ? (upper ? whole.triu(offset) : whole.tril(-offset)) : null, right];
  },
};

/** Keyword arguments of {@link solveTriangular}. */
export interface SolveTriangularOptions extends SolveOptions {
  /** Whether A's upper triangle is read, or its lower. */
  readonly upper: boolean;
  /** Takes A's diagonal for ones. Default false. */
  readonly unitriangular?: boolean;
}

/** The solution of AX = B, or XA = B, for triangular A. */
export function solveTriangular(a: Tensor, b: Tensor, options: SolveTriangularOptions): Tensor {
  const { upper, left = true, unitriangular = false } = options;
  const name = 'linalg.solve_triangular';
  checkSquare(name, a);
  checkFit(name, a, b, left);
  if (!left) return T(solveTriangular(T(a), T(b), { upper: !upper, unitriangular }));
  const lead = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const wide = (z: Tensor): Tensor => z.expand([...lead, ...z.shape.slice(-2)]);
  const [x, y] = [wide(a), wide(b)];
  const [lefts, rights] = aligned(x, y);
  const triangles = readMatrices(lefts, name);
  const results = readMatrices(rights, name);
  triangles.matrices.forEach((t, i) => {
    solveOnHost(t, results.matrices[i]!, upper, unitriangular);
  });
  const out = writeMatrices(rights, lead, results.rows, results.columns, results.matrices);
  return track(triangularRecord, out, [x, y], { upper, unitriangular });
}
