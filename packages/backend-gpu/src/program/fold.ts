import type { DType, Expr, Literal, Shape, Strides, View } from '@taimatsu/core/backend';
import { type Dialect, float, int, type NativeFunction, native } from '../dialect/dialect.ts';
import { scalarFunction } from '../dialect/scalar.ts';
import type { ArgumentKind } from '../gpujs.ts';
import { parameters } from '../kernels/map.ts';
import { bufferOf } from '../memory.ts';
import { type Combination, combineFunction, moveFunction, noneFunction } from './combine.ts';
import { type Launcher, type Operand, parameterValues, type Source } from './launcher.ts';

/** A fold: what is combined into each element of an output. Matrix products are folds too. */
export interface Fold {
  /** Equal for equal folds. */
  readonly key: string;
  readonly combine: Combination | 'argmax' | 'argmin';
  /** Of elements of `inputs` to what is combined. */
  readonly pre: Expr;
  /** Of the combined value, then elements of `lateInputs`, to what is stored. */
  readonly post: Expr;
  readonly params: readonly DType[];
}

/** The loops of a fold over operands that are read in two places: by output element, and along what is combined. */
export interface FoldPlan {
  readonly shape: Shape;
  /** Of the output. */
  readonly strides: Strides;
  readonly inputs: readonly FoldInput[];
  readonly lateInputs: readonly { readonly view: View; readonly strides: Strides }[];
  /** What is combined, in row-major order. */
  readonly inner: Shape;
}

export interface FoldInput {
  readonly view: View;
  readonly strides: Strides;
  readonly inner: Strides;
}

/** Sums go by blocks, so that errors grow with a block and the number of blocks, not with the product. */
const BLOCK = 32;

/** Folds of more elements are done in two passes. */
const LONG = 4096;

export function runFold(
  launcher: Launcher,
  fold: Fold,
  plan: FoldPlan,
  out: View,
  params: readonly Literal[],
): void {
  const length = plan.inner.reduce((product, n) => product * n, 1);
  const scalars = parameterValues(params, fold.params, launcher.dialect);
  const results = plan.shape.reduce((product, n) => product * n, 1);
  const inputs = plan.inputs.map(({ view, strides }, i) => operand(launcher, `x${i}`, view, strides));
  const late = plan.lateInputs.map(({ view, strides }, i) => operand(launcher, `y${i}`, view, strides));
  const steps = stepValues(plan);
  const key = `${fold.key} ${plan.inner.length}`;
  if (!isLong(length, results)) {
    launcher.launch(
      key,
      out,
      plan.shape,
      plan.strides,
      [...inputs, ...late],
      [length, ...steps, ...scalars],
      () => onePass(fold, plan, launcher.dialect),
    );
    return;
  }
  const count = Math.max(64, Math.ceil(Math.sqrt(length)));
  const chunks = Math.ceil(length / count);
  const shape = [...plan.shape, chunks];
  const first: Operand = { name: 'first', offset: 0, strides: [...plan.shape.map(() => 0), count] };
  const parts = launcher.scratch(
    `${key} parts`,
    shape,
    [...inputs.map((own) => ({ ...own, strides: [...own.strides, 0] })), first],
    [length, ...steps, ...scalars, count],
    () => firstPass(fold, plan, launcher.dialect),
  );
  const part: Operand = { name: 'part', texels: parts, offset: 0, strides: rowStarts(plan.shape, chunks) };
  const operands = isArg(fold) ? [...inputs, part, ...late] : [part, ...late];
  launcher.launch(
    `${key} whole`,
    out,
    plan.shape,
    plan.strides,
    operands,
    [chunks, ...steps, ...scalars],
    () => secondPass(fold, plan, launcher.dialect),
  );
  launcher.engine.dispose(parts);
}

function operand({ memory }: Launcher, name: string, view: View, strides: Strides): Operand {
  return { name, texels: memory.texels(bufferOf(view)), offset: view.offset, strides };
}

/** True for folds whose two passes are worth it: for accuracy, or because too few threads would have too much to do. */
function isLong(length: number, results: number): boolean {
  return length > LONG || (length >= 512 && results * 16 < length);
}

function isArg({ combine }: Fold): boolean {
  return combine === 'argmax' || combine === 'argmin';
}

function rowStarts(shape: Shape, chunks: number): Strides {
  const strides: number[] = new Array(shape.length);
  let step = chunks;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}

/** What `step` needs: the sizes of the inner loops but the first, then each input's strides. */
function stepValues({ inner, inputs }: FoldPlan): readonly number[] {
  return [...inner.slice(1), ...inputs.flatMap((own) => own.inner)];
}

function stepArguments({ inner, inputs }: FoldPlan): readonly (readonly [string, ArgumentKind])[] {
  const sizes = inner.slice(1).map((_, e) => [`m${e + 1}`, 'int'] as const);
  return [...sizes, ...inputs.flatMap((_, i) => inner.map((_, e) => [`x${i}j${e}`, 'int'] as const))];
}

/** `step(base, k, sizes, strides)`: the index of the k-th element that is combined. */
function stepFunction(dialect: Dialect, rank: number): NativeFunction {
  const dims = Array.from({ length: rank }, (_, e) => e);
  return native(
    dialect,
    'step',
    'int32',
    [int('base'), int('k'), ...dims.slice(1).map((e) => int(`m${e}`)), ...dims.map((e) => int(`j${e}`))],
    [
      dialect.declare('int32', 'r', 'k'),
      dialect.declare('int32', 'at', 'base'),
      ...dims
        .slice(1)
        .reverse()
        .map(
          (e) =>
            `${dialect.declare('int32', `q${e}`, dialect.quotient('r', `m${e}`))}\nat = at + (r - q${e} * m${e}) * j${e};\nr = q${e};`,
        ),
      'return at + r * j0;',
    ],
  );
}

/** The text of the k-th element, mapped. */
function element({ inner, inputs }: FoldPlan, params: readonly DType[], k: string): string {
  const sizes = inner.slice(1).map((_, e) => `m${e + 1}`);
  const read = inputs.map(
    (_, i) => `x${i}[step(${[`b${i}`, k, ...sizes, ...inner.map((_, e) => `x${i}j${e}`)].join(', ')})]`,
  );
  return `pre(${[...read, ...params.map((_, i) => `p${i}`)].join(', ')})`;
}

const bases = (plan: FoldPlan, at: (name: string) => string): string[] =>
  plan.inputs.map((_, i) => `const b${i} = ${at(`x${i}`)};`);

function stored(fold: Fold, plan: FoldPlan, value: string, at: (name: string) => string): string {
  const late = plan.lateInputs.map((_, i) => `y${i}[${at(`y${i}`)}]`);
  return `return post(${[value, ...late, ...fold.params.map((_, i) => `p${i}`)].join(', ')});`;
}

/** The functions that folds call; those that nobody calls are left out by gpu.js. */
function functions(fold: Fold, plan: FoldPlan, dialect: Dialect): readonly NativeFunction[] {
  const extreme = fold.combine === 'argmin' ? 'min' : 'max';
  const combination = isArg(fold) ? extreme : (fold.combine as Combination);
  const same = (name: string, type: 'int32' | 'float32', returns: 'int32' | 'float32'): NativeFunction =>
    native(dialect, name, returns, [{ name: 'a', type }], [`return ${dialect.cast('a', type, returns)};`]);
  const atEnd = `k - ${dialect.quotient('k', String(BLOCK))} * ${BLOCK} == ${BLOCK - 1}`;
  return [
    stepFunction(dialect, plan.inner.length),
    scalarFunction(dialect, 'pre', fold.pre, plan.inputs.length, fold.params),
    scalarFunction(dialect, 'post', fold.post, 1 + plan.lateInputs.length, fold.params),
    combineFunction(dialect, combination),
    noneFunction(dialect, combination),
    moveFunction(dialect, extreme, false),
    native(dialect, 'atBlockEnd', 'int32', [int('k')], [`return ${atEnd} ? 1 : 0;`]),
    native(dialect, 'zero', 'float32', [], [`return ${dialect.literal(0, 'float32')};`]),
    native(dialect, 'same', 'float32', [float('a')], ['return a;']),
    same('toFloat', 'int32', 'float32'),
    same('toInt', 'float32', 'int32'),
  ];
}

/** Statements that combine elements `from` to `to` into `combine(total, block)`. */
function accumulate(value: (k: string) => string, to: string): string[] {
  return [
    'let total = none();',
    'let block = none();',
    `for (let k = 0; k < ${to}; k++) {`,
    value('k'),
    'if (atBlockEnd(k) > 0) {',
    'total = combine(total, block);',
    'block = none();',
    '}',
    '}',
  ];
}

function onePass(fold: Fold, plan: FoldPlan, dialect: Dialect): Source {
  const { params } = fold;
  const body = (at: (name: string) => string): string[] => {
    if (isArg(fold)) {
      return [
        'let where = zero();',
        `let best = ${element(plan, params, '0')};`,
        'for (let k = 1; k < len; k++) {',
        `const value = ${element(plan, params, 'k')};`,
        'where = move(best, value, where, toFloat(k));',
        'best = combine(best, value);',
        '}',
        stored(fold, plan, 'where', at),
      ];
    }
    return [
      ...accumulate((k) => `block = combine(block, ${element(plan, params, k)});`, 'len'),
      stored(fold, plan, 'combine(total, block)', at),
    ];
  };
  return {
    extra: [['len', 'int'], ...stepArguments(plan), ...parameters(params, dialect)],
    functions: functions(fold, plan, dialect),
    body: (at) => [...bases(plan, at), ...body(at)].join('\n'),
  };
}

/** Combines one chunk of each result's elements. */
function firstPass(fold: Fold, plan: FoldPlan, dialect: Dialect): Source {
  const { params } = fold;
  const body = isArg(fold)
    ? [
        'let where = toFloat(start);',
        `let best = ${element(plan, params, 'start')};`,
        'for (let k = 1; k < count; k++) {',
        'if (k + start < len) {',
        `const value = ${element(plan, params, 'k + start')};`,
        'where = move(best, value, where, toFloat(k + start));',
        'best = combine(best, value);',
        '}',
        '}',
        'return where;',
      ]
    : [
        ...accumulate(
          (k) => `if (${k} + start < len) block = combine(block, ${element(plan, params, `${k} + start`)});`,
          'count',
        ),
        'return combine(total, block);',
      ];
  return {
    extra: [['len', 'int'], ...stepArguments(plan), ...parameters(params, dialect), ['count', 'int']],
    functions: functions(fold, plan, dialect),
    body: (at) => [...bases(plan, at), `const start = ${at('first')};`, ...body].join('\n'),
  };
}

/** Combines the chunks' results. */
function secondPass(fold: Fold, plan: FoldPlan, dialect: Dialect): Source {
  const { params } = fold;
  const body = (at: (name: string) => string): string[] =>
    isArg(fold)
      ? [
          ...bases(plan, at),
          'let where = part[begin];',
          `let best = ${element(plan, params, 'toInt(where)')};`,
          'for (let k = 1; k < chunks; k++) {',
          'const candidate = part[begin + k];',
          `const value = ${element(plan, params, 'toInt(candidate)')};`,
          'where = move(best, value, where, candidate);',
          'best = combine(best, value);',
          '}',
          stored(fold, plan, 'where', at),
        ]
      : [
          ...accumulate((k) => `block = combine(block, part[begin + ${k}]);`, 'chunks'),
          stored(fold, plan, 'combine(total, block)', at),
        ];
  return {
    extra: [['chunks', 'int'], ...stepArguments(plan), ...parameters(params, dialect)],
    functions: functions(fold, plan, dialect),
    body: (at) => [`const begin = ${at('part')};`, ...body(at)].join('\n'),
  };
}
