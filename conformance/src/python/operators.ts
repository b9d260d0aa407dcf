import { isFloatingPoint, type Tensor, tensor } from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { callFunction } from '../torch-call/call.ts';
import { NotInLanguage } from './ast.ts';

const functions: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floor_divide',
  '%': 'remainder',
  '**': 'pow',
  '@': 'matmul',
  '&': 'bitwise_and',
  '|': 'bitwise_or',
  '^': 'bitwise_xor',
  '<': 'lt',
  '>': 'gt',
  '<=': 'le',
  '>=': 'ge',
  '==': 'eq',
  '!=': 'ne',
};

/** When only the right operand is a tensor, a comparison is turned around; arithmetic takes a scalar first. */
const mirrored: Readonly<Record<string, string>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

/** Python's binary operators, on tensors and on numbers: ints are bigints, floats numbers. */
export function binary(op: string, left: unknown, right: unknown): unknown {
  if (op === 'is') return left === right;
  if (op === 'is not') return left !== right;
  if (op === 'in') return (right as readonly unknown[]).includes(left);
  if (op === '+' && Array.isArray(left) && Array.isArray(right)) return left.concat(right);
  if (isTensor(left) || isTensor(right)) return onTensors(op, left, right);
  return onNumbers(op, left, right);
}

function onTensors(op: string, left: unknown, right: unknown): unknown {
  const name = functions[op];
  if (name === undefined) throw new NotInLanguage(`${op} on tensors`);
  if (![left, right].every((side) => isTensor(side) || isNumber(side)) && (op === '==' || op === '!=')) {
    return op === '!=';
  }
  const flipped = mirrored[op];
  if (!isTensor(left) && flipped !== undefined) return onTensors(flipped, right, left);
  if (!isTensor(left))
    return reflected(op, plain(left), right as Tensor) ?? callFunction(name, [plain(left), right], {});
  return callFunction(name, [plain(left), plain(right)], {});
}

/** What Python's `__radd__` and the like do with a number at the left of a tensor. */
function reflected(op: string, left: unknown, right: Tensor): unknown {
  switch (op) {
    case '+':
    case '*':
      return callFunction(functions[op]!, [right, left], {});
    case '-':
      return callFunction('rsub', [right, left], {});
    case '/':
      return callFunction('mul', [callFunction('reciprocal', [right], {}), left], {});
    case '**':
      return isFloatingPoint(right.dtype)
        ? callFunction('pow', [tensor(left as number, { dtype: right.dtype }), right], {})
        : undefined;
    default:
      return undefined;
  }
}

/** A Python int where our API takes numbers. */
export function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function onNumbers(op: string, left: unknown, right: unknown): unknown {
  if (op === '==') return left === right || Number(left) === Number(right);
  if (op === '!=') return !(left === right || Number(left) === Number(right));
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    const exact = integers[op]?.(left, right);
    if (exact !== undefined) return exact;
  }
  if (op === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  if (!isNumber(left) || !isNumber(right))
    throw new NotInLanguage(`${op} on ${typeof left} and ${typeof right}`);
  const float = floats[op];
  if (float === undefined) throw new NotInLanguage(`${op} on numbers`);
  return float(Number(left), Number(right));
}

const isNumber = (value: unknown): boolean => ['bigint', 'number', 'boolean'].includes(typeof value);

const integers: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '**': (a, b) => (b < 0n ? undefined : a ** b),
  '//': (a, b) => (a - modulo(a, b)) / b,
  '%': modulo,
};

/** Takes the sign of the divisor. */
function modulo(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}

const floats: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => ((a % b) + b) % b,
  '**': (a, b) => a ** b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** Python's unary operators but `not`. */
export function unary(op: string, value: unknown): unknown {
  if (isTensor(value)) {
    const name = { '-': 'neg', '+': 'positive', '~': 'bitwise_not' }[op];
    if (name === undefined) throw new NotInLanguage(`${op} on a tensor`);
    return callFunction(name, [value], {});
  }
  if (typeof value === 'bigint') return op === '-' ? -value : op === '~' ? ~value : value;
  if (typeof value === 'number') return op === '-' ? -value : value;
  throw new NotInLanguage(`${op} on ${typeof value}`);
}
