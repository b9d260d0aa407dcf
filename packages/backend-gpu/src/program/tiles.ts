import type { DType, Expr, Literal, MatmulPlan, Shape, Strides, View } from '@taimatsu/core/backend';
import { scalarFunction } from '../dialect/scalar.ts';
import type { Texels } from '../gpujs.ts';
import { bufferOf } from '../memory.ts';
import type { KernelSource } from '../text.ts';
import { type Launcher, type Operand, parameterArguments, parameterValues } from './launcher.ts';

/** What is done to each element of a product: input 0 of `body` is the element. */
export interface ProductEnd {
  /** Equal for equal ends. */
  readonly key: string;
  readonly body: Expr;
  readonly inputs: readonly { readonly view: View; readonly strides: Strides }[];
  readonly dtypes: readonly DType[];
  readonly params: readonly Literal[];
}

/** Smaller products do not pay for bringing their operands into shape. */
const SMALL = 2 ** 15;

/** Texels of terms that are written out in a row: operands are filled up to as many. */
const UNROLLED = 4;

const volume = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);
const padded = (n: number, to = 4): number => Math.ceil(n / to) * to;
const terms = (k: number): number => padded(k, 4 * UNROLLED);

/** True when {@link runTiles} can do a product of float32 matrices, and is worth it. */
export function fitsTiles({ engine }: Launcher, { batch, m, n, k }: MatmulPlan): boolean {
  const { maxSide } = engine;
  const count = volume(batch.shape);
  if (maxSide === undefined || count * m * n * k < SMALL) return false;
  return Math.max(padded(n) / 4, terms(k) / 4, count * m, count * terms(k)) <= maxSide;
}

/**
 * A product of float32 matrices where each texel is four neighbours in a row of the result, so that five texels of the
 * operands are read for sixteen multiplications. The operands are first copied to textures with a texture's row for each
 * matrix row, filled up with zeros: any strides will do, and going along takes no division.
 */
export function runTiles(
  launcher: Launcher,
  plan: MatmulPlan,
  out: View,
  a: View,
  b: View,
  end: ProductEnd | undefined,
): void {
  const { engine, memory, dialect } = launcher;
  const { batch, m, n, k, strides } = plan;
  const wide = padded(n);
  const left = pack(launcher, a, batch.shape, batch.strides[1]!, [m, k], [m, terms(k)], strides[1]!);
  const right = pack(launcher, b, batch.shape, batch.strides[2]!, [k, n], [terms(k), wide], strides[2]!);
  const length = volume(batch.shape) * m * wide;
  const args = [left.texels, right.texels, terms(k) / 4, wide / 4, m, left.step, right.step];
  const product = launcher.flat('tiles', length, args, () => productSource(launcher));
  engine.dispose(left.texels);
  engine.dispose(right.texels);
  const shape = [...batch.shape, m, n];
  const outStrides = [...batch.strides[0]!, ...strides[0]!];
  if (end === undefined && wide === n && isWhole(out, shape, outStrides)) {
    memory.replace(bufferOf(out), product);
    return;
  }
  const operands: Operand[] = [
    { name: 'x0', texels: product, offset: 0, strides: rowMajor([...batch.shape, m, wide]) },
  ];
  for (const { view, strides: own } of end?.inputs ?? []) {
    const name = `x${operands.length}`;
    operands.push({ name, texels: memory.texels(bufferOf(view)), offset: view.offset, strides: own });
  }
  const dtypes = end?.dtypes ?? [];
  launcher.launch(
    `tiles ${end?.key ?? ''}`,
    out,
    shape,
    outStrides,
    operands,
    parameterValues(end?.params ?? [], dtypes, dialect),
    () => ({
      extra: parameterArguments(dtypes, dialect),
      functions: end === undefined ? [] : [scalarFunction(dialect, 'end', end.body, operands.length, dtypes)],
      body: (at) => {
        const values = operands.map(({ name }) => engine.read(name, at(name)));
        if (end === undefined) return [`return ${values[0]};`];
        return [`return end(${[...values, ...dtypes.map((_, i) => `p${i}`)].join(', ')});`];
      },
    }),
  );
  engine.dispose(product);
}

/** An operand in a texture with `to[0]` rows of `to[1]` elements for each matrix, and how many rows a matrix further is. */
function pack(
  launcher: Launcher,
  view: View,
  batch: Shape,
  batchStrides: Strides,
  from: readonly [number, number],
  to: readonly [number, number],
  strides: Strides,
): { readonly texels: Texels; readonly step: number } {
  const { dialect, engine, memory } = launcher;
  const isOne = batchStrides.every((stride, d) => stride === 0 || batch[d] === 1);
  const outer = isOne ? [] : batch;
  const none = outer.map(() => 0);
  const texels = launcher.scratch(
    'tiles pack',
    [...outer, ...to],
    [
      {
        name: 'x',
        texels: memory.texels(bufferOf(view)),
        offset: view.offset,
        strides: [...(isOne ? [] : batchStrides), ...strides],
      },
      { name: 'row', offset: 0, strides: [...none, 1, 0] },
      { name: 'column', offset: 0, strides: [...none, 0, 1] },
    ],
    from,
    () => ({
      extra: [
        ['rows', 'int'],
        ['columns', 'int'],
      ],
      functions: [],
      body: (at) => [
        `if (${at('row')} >= rows || ${at('column')} >= columns) return ${dialect.literal(0, 'float32')};`,
        `return ${engine.read('x', at('x'))};`,
      ],
    }),
    to[1] / 4,
  );
  return { texels, step: isOne ? 0 : to[0] };
}

/**
 * Written in GLSL, which is what executors with textures have. Places are counted in floats, which are exact here; sums go by
 * blocks, as in other folds.
 */
function productSource({ dialect, engine }: Launcher): KernelSource {
  const step = Array.from({ length: UNROLLED }, (_, i) => [
    `vec4 x${i} = ${engine.readTexel('a', `vec2((fromA.x + ${i}.0) * unitA, fromA.y)`)};`,
    ...['x', 'y', 'z', 'w'].map((lane, j) => {
      const row = engine.readTexel('b', `vec2(fromB.x, (fromB.y + ${4 * i + j}.0) * unitB)`);
      return `block += x${i}.${lane} * ${row};`;
    }),
  ]);
  return {
    args: [
      ['a', 'texels'],
      ['b', 'texels'],
      ['terms', 'int'],
      ['width', 'int'],
      ['m', 'int'],
      ['stepA', 'int'],
      ['stepB', 'int'],
    ],
    functions: [],
    isWhole: true,
    body: [
      'int row = (t / 4) / width;',
      'int column = t / 4 - row * width;',
      'int matrix = row / m;',
      'float unitA = 1.0 / float(user_aSize.x);',
      'float unitB = 1.0 / float(user_bSize.y);',
      'vec2 fromA = vec2(0.5, (float(row + matrix * (stepA - m)) + 0.5) / float(user_aSize.y));',
      'vec2 fromB = vec2((float(column) + 0.5) / float(user_bSize.x), float(matrix * stepB) + 0.5);',
      'vec4 total = vec4(0.0);',
      'vec4 block = vec4(0.0);',
      dialect.loop('k', '0', `terms / ${UNROLLED}`, [
        ...step.flat(),
        `fromA.x += ${UNROLLED}.0;`,
        `fromB.y += ${4 * UNROLLED}.0;`,
        'if (k - (k / 2) * 2 == 1) {',
        'total += block;',
        'block = vec4(0.0);',
        '}',
      ]),
      'return total + block;',
    ],
  };
}

function rowMajor(shape: Shape): Strides {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
}

/** True for all of a buffer, row by row. */
function isWhole(out: View, shape: Shape, strides: Strides): boolean {
  if (out.offset !== 0 || bufferOf(out).length !== volume(shape)) return false;
  return rowMajor(shape).every((stride, d) => stride === strides[d] || shape[d] === 1);
}
