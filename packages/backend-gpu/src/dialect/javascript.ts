import type { Literal, ScalarOp, ShaderDType } from '@taimatsu/core/backend';
import type { Argument, Dialect, NativeFunction, OpText } from './dialect.ts';

const isInt = (dtype: ShaderDType): boolean => dtype === 'int32';

/** Rounded to the dtype's own width, since JavaScript computes in doubles. */
const rounded = (dtype: ShaderDType, text: string): string =>
  isInt(dtype) ? `((${text}) | 0)` : `Math.fround(${text})`;
const infix =
  (symbol: string): OpText =>
  (dtype, a, b) =>
    rounded(dtype, `${a} ${symbol} ${b}`);
const compare =
  (symbol: string): OpText =>
  (_, a, b) =>
    `(${a} ${symbol} ${b})`;
const logical =
  (symbol: string, bitwise: string): OpText =>
  (dtype, a, b) =>
    dtype === 'bool' ? `(${a} ${symbol} ${b})` : `(${a} ${bitwise} ${b})`;
const math =
  (name: string): OpText =>
  (dtype, ...args) =>
    rounded(dtype, `Math.${name}(${args.join(', ')})`);
const gone: OpText = () => {
  throw new Error('lowered away');
};

/** What JavaScript does as the reference does it. */
const exact: readonly ScalarOp[] = [
  ...(['fmod', 'exp', 'exp2', 'expm1', 'log', 'log1p', 'log2', 'log10', 'sin', 'cos', 'tan'] as const),
  ...(['asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'atan2', 'hypot'] as const),
];

const a: Argument = { name: 'a', type: 'float32' };
const b: Argument = { name: 'b', type: 'float32' };
const i: Argument = { name: 'i', type: 'int32' };
const j: Argument = { name: 'j', type: 'int32' };

function define(name: string, _: ShaderDType, args: readonly Argument[], body: string): string {
  return `function ${name}(${args.map((arg) => arg.name).join(', ')}) {\n${body}\n}`;
}

function helper(name: string, returns: ShaderDType, args: readonly Argument[], body: string): NativeFunction {
  return { name, returns, args, source: define(name, returns, args, body) };
}

/** Plain JavaScript, for gpu.js's CPU mode. */
export const javascript: Dialect = {
  target: { exact: new Set(exact) },
  floatParams: 'value',
  wide: {
    sum: 'a + b',
    prod: 'a * b',
    logaddexp: 'a === b && !Number.isFinite(a) ? a : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))',
  },
  helpers: [
    helper(
      'tmGcd',
      'int32',
      [i, j],
      'let p = Math.abs(i);\nlet q = Math.abs(j);\nwhile (q !== 0) {\nconst r = p % q;\np = q;\nq = r;\n}\nreturn p | 0;',
    ),
    helper(
      'tmPower',
      'int32',
      [i, j],
      'if (j < 0) return i === 1 ? 1 : i === -1 ? (j % 2 === 0 ? 1 : -1) : 0;\nlet result = 1;\nlet base = i;\nfor (let left = j; left > 0; left >>= 1) {\nif ((left & 1) === 1) result = Math.imul(result, base);\nbase = Math.imul(base, base);\n}\nreturn result;',
    ),
    helper(
      'tmNextAfter',
      'float32',
      [a, b],
      'if (a !== a || b !== b) return NaN;\nif (a === b) return b;\nconst words = new Int32Array(1);\nconst view = new Float32Array(words.buffer);\nif (a === 0) {\nwords[0] = b < 0 ? -2147483647 : 1;\nreturn view[0];\n}\nview[0] = a;\nwords[0] += a < b === a > 0 ? 1 : -1;\nreturn view[0];',
    ),
  ],
  declare: (_, name, value) => `let ${name} = ${value};`,
  literal: (value, dtype) => literal(value, dtype),
  fromBits: (text) => text,
  asStored: undefined,
  cast: (value, from, to) => {
    if (from === to) return value;
    if (to === 'bool') return `(${value} !== 0)`;
    if (to === 'int32') return from === 'bool' ? `(${value} ? 1 : 0)` : `(${value} | 0)`;
    return from === 'bool' ? `(${value} ? 1 : 0)` : `Math.fround(${value})`;
  },
  quotient: (x, y) => `((${x} / ${y}) | 0)`,
  loop: (variable, from, to, body) =>
    `for (let ${variable} = ${from}; ${variable} < ${to}; ${variable}++) {\n${body.join('\n')}\n}`,
  define,
  ops: {
    add: infix('+'),
    sub: infix('-'),
    mul: (dtype, x, y) => (isInt(dtype) ? `Math.imul(${x}, ${y})` : `Math.fround(${x} * ${y})`),
    div: infix('/'),
    neg: (dtype, x) => (isInt(dtype) ? `((-${x}) | 0)` : `(-${x})`),
    abs: (dtype, x) => (isInt(dtype) ? `(Math.abs(${x}) | 0)` : `Math.abs(${x})`),
    floor: math('floor'),
    ceil: math('ceil'),
    trunc: math('trunc'),
    sqrt: math('sqrt'),
    fmod: infix('%'),
    exp: math('exp'),
    exp2: (_, x) => `Math.fround(Math.pow(2, ${x}))`,
    expm1: math('expm1'),
    log: math('log'),
    log1p: math('log1p'),
    log2: math('log2'),
    log10: math('log10'),
    sin: math('sin'),
    cos: math('cos'),
    tan: math('tan'),
    asin: math('asin'),
    acos: math('acos'),
    atan: math('atan'),
    sinh: math('sinh'),
    cosh: math('cosh'),
    tanh: math('tanh'),
    asinh: math('asinh'),
    acosh: math('acosh'),
    atanh: math('atanh'),
    atan2: math('atan2'),
    hypot: math('hypot'),
    isnan: (_, x) => `(${x} !== ${x})`,
    signbit: (_, x) => `(${x} < 0 || Object.is(${x}, -0))`,
    nextafter: (_, x, y) => `tmNextAfter(${x}, ${y})`,
    pow: (_, x, y) => `tmPower(${x}, ${y})`,
    gcd: (_, x, y) => `tmGcd(${x}, ${y})`,
    eq: compare('==='),
    ne: compare('!=='),
    lt: compare('<'),
    le: compare('<='),
    where: (_, c, x, y) => `(${c} ? ${x} : ${y})`,
    and: logical('&&', '&'),
    or: logical('||', '|'),
    xor: logical('!==', '^'),
    not: (dtype, x) => (dtype === 'bool' ? `(!${x})` : `(~${x})`),
    shl: (_, x, y) => `(${x} << ${y})`,
    shr: (_, x, y) => `(${x} >> ${y})`,
    remainder: gone,
    floordiv: gone,
    max: gone,
    min: gone,
    copysign: gone,
    sign: gone,
    round: gone,
    sigmoid: gone,
    erf: gone,
    erfc: gone,
    erfinv: gone,
    lgamma: gone,
    digamma: gone,
  },
};

function literal(value: Literal, dtype: ShaderDType): string {
  if (dtype === 'bool') return String(Boolean(value));
  const number = Number(value);
  return Object.is(number, -0) ? '(-0)' : `(${number})`;
}
