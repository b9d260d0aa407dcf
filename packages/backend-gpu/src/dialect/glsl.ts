import type { Literal, ShaderDType } from '@taimatsu/core/backend';
import type { Argument, Dialect, NativeFunction, OpText } from './dialect.ts';

const names: Readonly<Record<ShaderDType, string>> = { bool: 'bool', int32: 'int', float32: 'float' };

const infix =
  (symbol: string): OpText =>
  (_, a, b) =>
    `(${a} ${symbol} ${b})`;
const call =
  (name: string): OpText =>
  (_, ...args) =>
    `${name}(${args.join(', ')})`;
/** What lowering leaves no expression with. */
const gone: OpText = () => {
  throw new Error('lowered away');
};
const perType =
  (rows: Partial<Record<ShaderDType, OpText>>): OpText =>
  (dtype, ...args) =>
    (rows[dtype] ?? gone)(dtype, ...args);

/** What GLSL ES 1.00 and 3.00 write differently. */
interface Version {
  readonly floatParams: Dialect['floatParams'];
  readonly helpers: readonly NativeFunction[];
  /** The function that samples a texture. */
  readonly sample: string;
  readonly bitwise: Pick<Dialect['ops'], 'and' | 'or' | 'xor' | 'not' | 'shl' | 'shr'>;
  special(value: 'nan' | 'infinity' | '-infinity' | '-0'): string;
  fromBits(bits: string): string;
  readonly asStored: Dialect['asStored'];
  readonly loop: Dialect['loop'];
}

function define(name: string, returns: ShaderDType, args: readonly Argument[], body: string): string {
  const list = args.map((arg) => `${names[arg.type]} ${arg.name}`).join(', ');
  return `${names[returns]} ${name}(${list}) {\n${body}\n}`;
}

function helper(name: string, returns: ShaderDType, args: readonly Argument[], body: string): NativeFunction {
  return { name, returns, args, source: define(name, returns, args, body) };
}

const a: Argument = { name: 'a', type: 'float32' };
const b: Argument = { name: 'b', type: 'float32' };
const i: Argument = { name: 'i', type: 'int32' };
const j: Argument = { name: 'j', type: 'int32' };

/** A function of samplers and vectors, which expressions have no types for. */
function raw(name: string, source: string): NativeFunction {
  return { name, returns: 'float32', args: [], source };
}

const readingHelpers = (sample: string): readonly NativeFunction[] => [
  // Where texel `i` is. Division of floats is faster than of integers, and at most one row off.
  raw(
    'tmCell',
    `ivec2 tmCell(int i, int width) {
int row = int(float(i) / float(width));
int column = i - row * width;
if (column < 0) return ivec2(column + width, row - 1);
return column < width ? ivec2(column, row) : ivec2(column - width, row + 1);
}`,
  ),
  raw(
    'tmLane',
    'float tmLane(vec4 v, int lane) {\nreturn lane < 2 ? (lane == 0 ? v.x : v.y) : (lane == 2 ? v.z : v.w);\n}',
  ),
  // Element `i`.
  raw(
    'tmRead',
    `float tmRead(sampler2D s, ivec2 size, int i) {
int texel = i / 4;
ivec2 cell = tmCell(texel, size.x);
return tmLane(${sample}(s, (vec2(cell) + 0.5) / vec2(size)), i - texel * 4);
}`,
  ),
];

const integerHelpers = [
  helper(
    'tmGcd',
    'int32',
    [i, j],
    'int p = i < 0 ? -i : i;\nint q = j < 0 ? -j : j;\nfor (int s = 0; s < 64; s++) {\nif (q == 0) break;\nint r = p - (p / q) * q;\np = q;\nq = r;\n}\nreturn p;',
  ),
  helper(
    'tmPower',
    'int32',
    [i, j],
    [
      'if (j < 0) return i == 1 ? 1 : (i == -1 ? ((j - (j / 2) * 2) == 0 ? 1 : -1) : 0);',
      'int result = 1;\nint base = i;\nint left = j;',
      'for (int s = 0; s < 32; s++) {\nif (left == 0) break;\nif (left - (left / 2) * 2 == 1) result = result * base;\nbase = base * base;\nleft = left / 2;\n}',
      'return result;',
    ].join('\n'),
  ),
];

function dialect(version: Version): Dialect {
  return {
    target: {},
    helpers: [...readingHelpers(version.sample), ...integerHelpers, ...version.helpers],
    floatParams: version.floatParams,
    wide: undefined,
    declare: (type, name, value) => `${names[type]} ${name} = ${value};`,
    literal: (value, dtype) => literal(value, dtype, version),
    fromBits: version.fromBits,
    asStored: version.asStored,
    cast: (value, from, to) => (from === to ? value : `${names[to]}(${value})`),
    quotient: (x, y) => `(${x} / ${y})`,
    loop: version.loop,
    define,
    ops: {
      add: infix('+'),
      sub: infix('-'),
      mul: infix('*'),
      div: infix('/'),
      neg: (_, x) => `(-${x})`,
      abs: call('abs'),
      floor: call('floor'),
      ceil: call('ceil'),
      trunc: (_, x) => `(${x} < 0.0 ? ceil(${x}) : floor(${x}))`,
      sqrt: call('sqrt'),
      exp2: call('tmExp2'),
      log2: call('log2'),
      sin: call('sin'),
      cos: call('cos'),
      tan: call('tan'),
      isnan: call('tmIsNaN'),
      signbit: call('tmSignBit'),
      nextafter: call('tmNextAfter'),
      pow: perType({ int32: call('tmPower') }),
      gcd: call('tmGcd'),
      eq: infix('=='),
      ne: infix('!='),
      lt: infix('<'),
      le: infix('<='),
      where: (_, c, x, y) => `(${c} ? ${x} : ${y})`,
      and: perType({ bool: infix('&&'), int32: version.bitwise.and }),
      or: perType({ bool: infix('||'), int32: version.bitwise.or }),
      xor: perType({ bool: infix('^^'), int32: version.bitwise.xor }),
      not: perType({ bool: (_, x) => `(!${x})`, int32: version.bitwise.not }),
      shl: version.bitwise.shl,
      shr: version.bitwise.shr,
      fmod: gone,
      remainder: gone,
      floordiv: gone,
      max: gone,
      min: gone,
      atan2: gone,
      hypot: gone,
      copysign: gone,
      sign: gone,
      round: gone,
      exp: gone,
      expm1: gone,
      log: gone,
      log1p: gone,
      log10: gone,
      asin: gone,
      acos: gone,
      atan: gone,
      sinh: gone,
      cosh: gone,
      tanh: gone,
      asinh: gone,
      acosh: gone,
      atanh: gone,
      sigmoid: gone,
      erf: gone,
      erfc: gone,
      erfinv: gone,
      lgamma: gone,
      digamma: gone,
    },
  };
}

function literal(value: Literal, dtype: ShaderDType, version: Version): string {
  if (dtype === 'bool') return String(Boolean(value));
  const number = Number(value);
  if (dtype === 'int32') return number === -(2 ** 31) ? '(-2147483647 - 1)' : `(${number})`;
  if (Number.isNaN(number)) return version.special('nan');
  if (number === Number.POSITIVE_INFINITY) return version.special('infinity');
  if (number === Number.NEGATIVE_INFINITY) return version.special('-infinity');
  if (Object.is(number, -0)) return version.special('-0');
  const text = String(number);
  return `(${/[.e]/.test(text) ? text : `${text}.0`})`;
}

const bits = {
  nan: '0x7fc00000u',
  infinity: '0x7f800000u',
  '-infinity': '0xff800000u',
  '-0': '0x80000000u',
} as const;

/** GLSL ES 3.00, which sees the bits of a float. */
export const glsl3: Dialect = dialect({
  floatParams: 'bits',
  sample: 'texture',
  special: (value) => `uintBitsToFloat(${bits[value]})`,
  fromBits: (text) => `intBitsToFloat(${text})`,
  // The sign of a width, which is 0.
  asStored: (value) => `intBitsToFloat(floatBitsToInt(${value}) ^ (uTexSize.x >> 31))`,
  loop: (variable, from, to, body) =>
    `for (int ${variable} = ${from}; ${variable} < ${to}; ${variable}++) {\n${body.join('\n')}\n}`,
  bitwise: {
    and: infix('&'),
    or: infix('|'),
    xor: infix('^'),
    not: (_, x) => `(~${x})`,
    shl: infix('<<'),
    shr: infix('>>'),
  },
  helpers: [
    helper('tmIsNaN', 'bool', [a], 'return (floatBitsToInt(a) & 0x7fffffff) > 0x7f800000;'),
    helper('tmSignBit', 'bool', [a], 'return floatBitsToInt(a) < 0;'),
    helper(
      'tmExp2',
      'float32',
      [a],
      [
        'int k = int(a);',
        'if (k > 127) return uintBitsToFloat(0x7f800000u);',
        'if (k < -126) return k < -149 ? 0.0 : intBitsToFloat(1 << (k + 149));',
        'return intBitsToFloat((k + 127) << 23);',
      ].join('\n'),
    ),
    helper(
      'tmNextAfter',
      'float32',
      [a, b],
      [
        'int x = floatBitsToInt(a);\nint y = floatBitsToInt(b);',
        'if ((x & 0x7fffffff) > 0x7f800000 || (y & 0x7fffffff) > 0x7f800000) return uintBitsToFloat(0x7fc00000u);',
        'int p = x < 0 ? -(x & 0x7fffffff) : x;\nint q = y < 0 ? -(y & 0x7fffffff) : y;',
        'if (p == q) return b;',
        'p = p < q ? p + 1 : p - 1;',
        'if (p == 0) return x < 0 ? uintBitsToFloat(0x80000000u) : 0.0;',
        'return p < 0 ? intBitsToFloat((-p) | (-2147483647 - 1)) : intBitsToFloat(p);',
      ].join('\n'),
    ),
  ],
});

const LOOP_LIMIT = 2 ** 30;

/** A function of two integers bit by bit; the sign bit is handled by itself. */
function bitLoop(name: string, keeps: string): NativeFunction {
  return helper(
    name,
    'int32',
    [i, j],
    [
      'bool x = i < 0;\nbool y = j < 0;',
      'int p = x ? (i + 2147483647) + 1 : i;\nint q = y ? (j + 2147483647) + 1 : j;',
      'int sum = 0;\nint unit = 1;',
      `for (int s = 0; s < 31; s++) {\nint u = p - (p / 2) * 2;\nint v = q - (q / 2) * 2;\nif (${keeps}) sum = sum + unit;\np = p / 2;\nq = q / 2;\nunit = unit * 2;\n}`,
      'int u = x ? 1 : 0;\nint v = y ? 1 : 0;',
      `return (${keeps}) ? (sum - 2147483647) - 1 : sum;`,
    ].join('\n'),
  );
}

/** GLSL ES 1.00, where integers have no bits and floats show theirs only through arithmetic. */
export const glsl1: Dialect = dialect({
  floatParams: 'value',
  sample: 'texture2D',
  special: (value) =>
    ({
      nan: 'tmNaN()',
      infinity: 'tmInfinity()',
      '-infinity': '(-tmInfinity())',
      '-0': '(-1.0 / tmInfinity())',
    })[value],
  fromBits: (text) => text,
  asStored: undefined,
  // Loops have constant bounds.
  loop: (variable, from, to, body) =>
    `for (int ${variable}i = 0; ${variable}i < ${LOOP_LIMIT}; ${variable}i++) {\nint ${variable} = ${variable}i + ${from};\nif (${variable} >= ${to}) break;\n${body.join('\n')}\n}`,
  bitwise: {
    and: call('tmAnd'),
    or: call('tmOr'),
    xor: call('tmXor'),
    not: (_, x) => `(-1 - ${x})`,
    shl: (_, x, y) => `(${x} * int(tmExp2(float(${y}))))`,
    shr: (_, x, y) => `int(floor(float(${x}) / tmExp2(float(${y}))))`,
  },
  helpers: [
    helper('tmInfinity', 'float32', [], 'return exp2(64.0 * float(uTexSize.x) / float(uTexSize.x)) * 3e38;'),
    // Optimisers that assume that there is no NaN see 0 in x - x.
    helper(
      'tmNaN',
      'float32',
      [],
      'return tmInfinity() - exp2(65.0 * float(uTexSize.y) / float(uTexSize.y)) * 3e38;',
    ),
    // Each of the two is seen through by the optimiser of some driver.
    helper('tmIsNaN', 'bool', [a], 'return a != a || !(a < 0.0 || a > 0.0 || a == 0.0);'),
    helper('tmSignBit', 'bool', [a], 'return a < 0.0 || (a == 0.0 && 1.0 / a < 0.0);'),
    helper(
      'tmExp2',
      'float32',
      [a],
      [
        'if (a > 127.0) return tmInfinity();',
        'float r = 1.0;\nfloat k = abs(a);\nbool down = a < 0.0;',
        ...[64, 64, 32, 16, 8, 4, 2, 1].map(
          (step) =>
            `if (k >= ${step}.0) { r = r * (down ? ${2 ** -step} : ${2 ** step}.0); k = k - ${step}.0; }`,
        ),
        'return r;',
      ].join('\n'),
    ),
    helper(
      'tmNextAfter',
      'float32',
      [a, b],
      [
        'if (tmIsNaN(a) || tmIsNaN(b)) return tmNaN();',
        'if (a == b) return b;',
        'float unit = tmExp2(max(floor(log2(max(abs(a), 1e-37))) - 23.0, -126.0));',
        'return a < b ? a + unit : a - unit;',
      ].join('\n'),
    ),
    bitLoop('tmAnd', 'u == 1 && v == 1'),
    bitLoop('tmOr', 'u == 1 || v == 1'),
    bitLoop('tmXor', 'u != v'),
  ],
});
