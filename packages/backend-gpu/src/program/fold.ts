import type { DType, Expr, Literal, Shape, Strides, View } from '@taimatsu/core/backend';
import { type Dialect, int, type NativeFunction, native } from '../dialect/dialect.ts';
import { scalarFunction } from '../dialect/scalar.ts';
import { bufferOf } from '../memory.ts';
import type { ArgumentKind } from '../text.ts';
import { type Combination, combineFunction, moveFunction, noneFunction } from './combine.ts';
import { type Launcher, type Operand, parameterArguments, parameterValues, type Source } from './launcher.ts';

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
  const byTexel = isByTexel(launcher, fold, plan);
  const key = `${fold.key} ${plan.inner.length}${byTexel ? ' texels' : ''}`;
  if (!isLong(length, results)) {
    launcher.launch(
      key,
      out,
      plan.shape,
      plan.strides,
      [...inputs, ...late],
      [length, ...steps, ...scalars],
      () => new Writer(fold, plan, launcher, byTexel).onePass(),
    );
    return;
  }
  const count = Math.ceil(Math.max(64, Math.sqrt(length)) / 4) * 4;
  const chunks = Math.ceil(length / count);
  const shape = [...plan.shape, chunks];
  const first: Operand = { name: 'first', offset: 0, strides: [...plan.shape.map(() => 0), count] };
  const parts = launcher.scratch(
    `${key} parts`,
    shape,
    [...inputs.map((own) => ({ ...own, strides: [...own.strides, 0] })), first],
    [length, ...steps, ...scalars, count],
    () => new Writer(fold, plan, launcher, byTexel).firstPass(),
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
    () => new Writer(fold, plan, launcher, byTexel).secondPass(),
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

/** True when what is combined lies in whole texels, of which four elements are read at once. */
function isByTexel({ engine }: Launcher, fold: Fold, { inner, inputs }: FoldPlan): boolean {
  if (engine.maxSide === undefined || isArg(fold) || inner.length !== 1 || inner[0]! % 4 !== 0) return false;
  return inputs.every(
    ({ view, strides, inner: own }) =>
      own[0] === 1 && view.offset % 4 === 0 && strides.every((stride) => stride % 4 === 0),
  );
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

/** What `stride` needs: the sizes of the inner loops but the first, then each input's strides. */
function stepValues({ inner, inputs }: FoldPlan): readonly number[] {
  return [...inner.slice(1), ...inputs.flatMap((own) => own.inner)];
}

function stepArguments({ inner, inputs }: FoldPlan): readonly (readonly [string, ArgumentKind])[] {
  const sizes = inner.slice(1).map((_, e) => [`m${e + 1}`, 'int'] as const);
  return [...sizes, ...inputs.flatMap((_, i) => inner.map((_, e) => [`x${i}j${e}`, 'int'] as const))];
}

/** `stride(base, k, sizes, strides)`: the index of the k-th element that is combined. */
function strideFunction(dialect: Dialect, rank: number): NativeFunction {
  const dims = Array.from({ length: rank }, (_, e) => e);
  return native(
    dialect,
    'stride',
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

/** Writes a fold's kernels. */
class Writer {
  private readonly fold: Fold;
  private readonly plan: FoldPlan;
  private readonly dialect: Dialect;
  private readonly engine: Launcher['engine'];
  private readonly byTexel: boolean;

  constructor(fold: Fold, plan: FoldPlan, { dialect, engine }: Launcher, byTexel: boolean) {
    this.byTexel = byTexel;
    this.fold = fold;
    this.plan = plan;
    this.dialect = dialect;
    this.engine = engine;
  }

  /** All of a result's elements at once. */
  onePass(): Source {
    return this.source([], (at) => [
      ...this.bases(at),
      ...(isArg(this.fold) ? this.search('0', 'len', '0') : this.accumulateElements('0', 'len')),
      this.stored(at),
    ]);
  }

  /** One chunk of a result's elements. */
  firstPass(): Source {
    const { dialect } = this;
    return this.source([['count', 'int']], (at) => [
      ...this.bases(at),
      dialect.declare('int32', 'start', at('first')),
      dialect.declare('int32', 'end', 'start + count < len ? start + count : len'),
      ...(isArg(this.fold)
        ? [...this.search('start', 'end', 'start'), `return ${dialect.cast('place', 'int32', 'float32')};`]
        : [...this.accumulateElements('start', 'end - start'), 'return total;']),
    ]);
  }

  /** The chunks' results. */
  secondPass(): Source {
    const part = (k: string): string => this.engine.read('part', `begin + ${k}`);
    return this.source([], (at) => [
      this.dialect.declare('int32', 'begin', at('part')),
      ...(isArg(this.fold)
        ? [
            ...this.bases(at),
            ...this.search(this.dialect.cast(part('0'), 'float32', 'int32'), 'len', '0', (k) =>
              this.dialect.cast(part(k), 'float32', 'int32'),
            ),
          ]
        : this.accumulate('len', part)),
      this.stored(at),
    ]);
  }

  private source(extra: Source['extra'], body: Source['body']): Source {
    const { fold, plan, dialect } = this;
    const extreme = fold.combine === 'argmin' ? 'min' : 'max';
    const combination = isArg(fold) ? extreme : (fold.combine as Combination);
    return {
      extra: [['len', 'int'], ...stepArguments(plan), ...parameterArguments(fold.params, dialect), ...extra],
      functions: [
        strideFunction(dialect, plan.inner.length),
        scalarFunction(dialect, 'pre', fold.pre, plan.inputs.length, fold.params),
        scalarFunction(dialect, 'post', fold.post, 1 + plan.lateInputs.length, fold.params),
        combineFunction(dialect, combination, fold.pre.dtype),
        noneFunction(dialect, combination, fold.pre.dtype === 'bool'),
        moveFunction(dialect, extreme, false),
      ],
      body,
    };
  }

  private bases(at: (name: string) => string): readonly string[] {
    return this.plan.inputs.map((_, i) => this.dialect.declare('int32', `b${i}`, at(`x${i}`)));
  }

  /** The text of the k-th element, mapped. */
  private element(k: string): string {
    const { inner, inputs } = this.plan;
    const sizes = inner.slice(1).map((_, e) => `m${e + 1}`);
    const read = inputs.map((_, i) => {
      const along = [`b${i}`, k, ...sizes, ...inner.map((_, e) => `x${i}j${e}`)];
      return this.engine.read(`x${i}`, `stride(${along.join(', ')})`);
    });
    return `pre(${[...read, ...this.fold.params.map((_, i) => `p${i}`)].join(', ')})`;
  }

  /** Combines `count` elements from the one numbered `from` on. */
  private accumulateElements(from: string, count: string): readonly string[] {
    const { inner, inputs } = this.plan;
    if (inner.length > 1) return this.accumulate(count, (k) => this.element(`${from} + ${k}`));
    if (this.byTexel) return this.accumulateTexels(from, count);
    const cursors = inputs.map((_, i) => this.engine.cursor(`x${i}`, `b${i} + ${from} * x${i}j0`, `x${i}j0`));
    const values = [...cursors.map((cursor) => cursor.value), ...this.fold.params.map((_, i) => `p${i}`)];
    return [
      ...cursors.flatMap((cursor) => cursor.begin),
      ...this.accumulate(
        count,
        () => `pre(${values.join(', ')})`,
        cursors.flatMap((cursor) => cursor.next),
      ),
    ];
  }

  /** As {@link accumulateElements}, where four elements are read at once. */
  private accumulateTexels(from: string, count: string): readonly string[] {
    const cursors = this.plan.inputs.map((_, i) => this.engine.texelCursor(`x${i}`, `(b${i} + ${from})`));
    const read = cursors.map((cursor, i) => `vec4 v${i} = ${cursor.value};`);
    const params = this.fold.params.map((_, i) => `p${i}`);
    const steps = ['x', 'y', 'z', 'w'].map((lane) => {
      const values = [...cursors.map((_, i) => `v${i}.${lane}`), ...params];
      return `block = combine(block, pre(${values.join(', ')}));`;
    });
    return [
      ...cursors.flatMap((cursor) => cursor.begin),
      ...this.accumulateBlocks(`(${count}) / 4`, BLOCK / 4, [
        ...read,
        ...steps,
        ...cursors.flatMap((cursor) => cursor.next),
      ]),
    ];
  }

  /** Combines `count` values into `total`, by blocks. */
  private accumulate(
    count: string,
    value: (k: string) => string,
    next: readonly string[] = [],
  ): readonly string[] {
    return this.accumulateBlocks(count, BLOCK, [`block = combine(block, ${value('k')});`, ...next]);
  }

  /** Runs `step`, which adds to `block`, `count` times; every `size` times the block goes to `total`. */
  private accumulateBlocks(count: string, size: number, step: readonly string[]): readonly string[] {
    const { dialect } = this;
    return [
      dialect.declare('float32', 'total', 'none()'),
      dialect.declare('float32', 'block', 'none()'),
      dialect.loop('q', '0', dialect.quotient(`(${count} + ${size - 1})`, String(size)), [
        dialect.declare('int32', 'stop', `q * ${size} + ${size}`),
        `if (stop > ${count}) stop = ${count};`,
        'block = none();',
        dialect.loop('k', `q * ${size}`, 'stop', step),
        'total = combine(total, block);',
      ]),
    ];
  }

  /** Finds the `place` of the extreme among candidates `from + 1` to `to`, the first being `start`. */
  private search(
    start: string,
    to: string,
    from: string,
    candidate: (k: string) => string = (k) => k,
  ): readonly string[] {
    const { dialect } = this;
    return [
      dialect.declare('int32', 'place', start),
      dialect.declare('float32', 'best', this.element('place')),
      dialect.loop('k', `${from} + 1`, to, [
        dialect.declare('int32', 'other', candidate('k')),
        dialect.declare('float32', 'value', this.element('other')),
        `if (move(best, value, ${dialect.literal(0, 'float32')}, ${dialect.literal(1, 'float32')}) > ${dialect.literal(0, 'float32')}) place = other;`,
        'best = combine(best, value);',
      ]),
    ];
  }

  private stored(at: (name: string) => string): string {
    const value = isArg(this.fold) ? this.dialect.cast('place', 'int32', 'float32') : 'total';
    const late = this.plan.lateInputs.map((_, i) => this.engine.read(`y${i}`, at(`y${i}`)));
    return `return post(${[value, ...late, ...this.fold.params.map((_, i) => `p${i}`)].join(', ')});`;
  }
}
