/** How an operator is written as a call when a tensor stands on its left, and when only its right side is one. */
export interface OperatorRule {
  /** The method of the left operand: `a + b` is `a.add(b)`. */
  readonly method: string;
  /** With a number on the left: `2 - x` is `x.rsub(2)`. `a` and `b` are the operands' texts. */
  readonly reflected: (a: string, b: string) => string;
}

const swapped = (method: string) => (a: string, b: string) => `${b}.${method}(${a})`;
const called = (name: string) => (a: string, b: string) => `torch.${name}(${a}, ${b})`;

/** As Python does it: the right operand answers when the left one is a number. */
export const binaryOperators: Readonly<Record<string, OperatorRule>> = {
  '+': { method: 'add', reflected: swapped('add') },
  '-': { method: 'sub', reflected: swapped('rsub') },
  '*': { method: 'mul', reflected: swapped('mul') },
  '/': { method: 'div', reflected: (a, b) => `${b}.reciprocal().mul(${a})` },
  '**': { method: 'pow', reflected: called('pow') },
  '%': { method: 'remainder', reflected: called('remainder') },
  '<': { method: 'lt', reflected: swapped('gt') },
  '<=': { method: 'le', reflected: swapped('ge') },
  '>': { method: 'gt', reflected: swapped('lt') },
  '>=': { method: 'ge', reflected: swapped('le') },
  '==': { method: 'eq', reflected: swapped('eq') },
  '!=': { method: 'ne', reflected: swapped('ne') },
  '&': { method: 'bitwiseAnd', reflected: swapped('bitwiseAnd') },
  '|': { method: 'bitwiseOr', reflected: swapped('bitwiseOr') },
  '^': { method: 'bitwiseXor', reflected: swapped('bitwiseXor') },
};

export const unaryOperators: Readonly<Record<string, string>> = { '-': 'neg', '~': 'bitwiseNot' };
