import {
  type DType,
  type EmitTable,
  type Expr,
  type Literal,
  lower,
  render,
  type ScalarOp,
} from '@taimatsu/core/backend';
import {
  argumentType,
  castTo,
  type ExpressionOptions,
  type ExpressionText,
  loadsOf,
  visitOnce,
} from './expression.ts';
import { ops } from './ops.ts';
import { literalText, valueType } from './types.ts';

/** Operations of an expression at most: longer ones gain nothing from vectors, and take compilers four times as long. */
const LONGEST = 256;

type Write = (dtype: DType, ...args: string[]) => string;

const four = (dtype: DType): string => `vec4<${valueType(dtype)}>`;

/** Operations whose text for one value is right for four as it is. */
const alike: readonly ScalarOp[] = [
  'add',
  'sub',
  'mul',
  'div',
  'neg',
  'abs',
  'floor',
  'ceil',
  'trunc',
  'sqrt',
  'log2',
  'eq',
  'ne',
  'lt',
  'le',
  'not',
  'and',
  'or',
  'xor',
  'where',
];

/** Operations of four values at once; expressions with others go one by one. */
const vectorOps: Partial<Record<ScalarOp, Write>> = {
  ...Object.fromEntries(alike.map((op) => [op, ops[op]])),
  exp2: (_, a) => `ldexp(vec4<f32>(1f), vec4<i32>(${a}))`,
  isnan: (_, a) => `is_nan4(${a})`,
  signbit: (_, a) => `sign_bit4(${a})`,
};

/**
 * As `expressionFunction`, for four neighbours at once: takes and gives vectors, the last as words of `output`. Undefined for
 * expressions that are long or hold what there is no vector form of.
 */
export function vectorFunction(
  body: Expr,
  output: DType,
  { name, names, params }: ExpressionOptions,
): ExpressionText | undefined {
  if (output === 'float16' || output === 'bfloat16') return undefined;
  const root = lower(body);
  let possible = true;
  let length = 0;
  visitOnce(root, (node) => {
    if (node.kind === 'apply') possible &&= vectorOps[node.op] !== undefined && ++length <= LONGEST;
  });
  if (!possible) return undefined;
  const stored = loadsOf(root);
  const reads = [...stored.keys()].sort((a, b) => a - b);
  const scalars = params.map((dtype) => (valueType(dtype) === 'f32' ? names.float() : names.int()));
  const truth = (words: string, dtype: DType): string =>
    dtype === 'bool' ? `(${words} != vec4<i32>(0))` : words;
  const splat = (value: string, dtype: DType): string => `${four(dtype)}(${value})`;
  const lines: string[] = [];
  const table: EmitTable<string> = {
    load: (input, dtype) => truth(`x${input}`, dtype),
    param: (index, dtype) => splat(dtype === 'bool' ? `(${scalars[index]} != 0)` : scalars[index]!, dtype),
    literal: (value: Literal, dtype) => splat(literalText(value, dtype), dtype),
    position: () => '(vec4<i32>(i) + vec4<i32>(0, 1, 2, 3))',
    cast: (value, from, to) => castTo(value, from, to, four(to)),
    ops: { ...ops, ...vectorOps },
    share: (value) => {
      const variable = `v${lines.length}`;
      lines.push(`let ${variable} = ${value};`);
      return variable;
    },
  };
  const value = render(root, table);
  const list = ['i: i32', ...reads.map((input) => `x${input}: vec4<${argumentType(stored.get(input)!)}>`)];
  const result = output === 'bool' ? `select(vec4<i32>(0), vec4<i32>(1), ${value})` : value;
  const type = output === 'bool' ? 'vec4<i32>' : four(root.dtype);
  const text = `fn ${name}(${list.join(', ')}) -> ${type} {\n  ${[...lines, `return ${result};`].join('\n  ')}\n}`;
  return { reads, text };
}
