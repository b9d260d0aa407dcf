import type { AnyNode, Expression, Function as FunctionNode } from 'acorn';
import { type Kind, type Kinds, kindOf } from './kinds.ts';
import { binaryOperators, unaryOperators } from './operators.ts';

type Rule<T extends AnyNode['type']> = (node: Extract<AnyNode, { type: T }>) => string;

/** Writes a syntax tree as plain TypeScript: what no rule changes comes out as it went in, character by character. */
export class Emitter {
  private readonly source: string;
  private readonly kinds: Kinds;
  /** Whether `await` may stand here; undefined outside functions, where it may. */
  private inAsync: boolean | undefined;

  constructor(source: string, kinds: Kinds) {
    this.source = source;
    this.kinds = kinds;
  }

  emit(node: AnyNode): string {
    const rule = this.rules[node.type] as ((node: AnyNode) => string) | undefined;
    return rule?.(node) ?? this.verbatim(node);
  }

  /** The node's own text around its rewritten children. */
  verbatim(node: AnyNode, write: (child: AnyNode) => string = (child) => this.emit(child)): string {
    let text = '';
    let at = node.start;
    for (const child of childrenOf(node)) {
      if (child.start < at) continue; // `{ a }` is one place for a key and a value
      text += this.source.slice(at, child.start) + write(child);
      at = child.end;
    }
    return text + this.source.slice(at, node.end);
  }

  private readonly rules: { readonly [T in AnyNode['type']]?: Rule<T> } = {
    ParenthesizedExpression: (node) =>
      this.becomesCall(node.expression) ? this.emit(node.expression) : this.verbatim(node),
    BinaryExpression: (node) => {
      const rule = binaryOperators[node.operator];
      if (rule === undefined || this.kind(node) === 'plain') return this.verbatim(node);
      if (this.kind(node.left) === 'tensor')
        return `${this.receiver(node.left)}.${rule.method}(${this.emit(bare(node.right))})`;
      return rule.reflected(this.emit(node.left), this.receiver(node.right));
    },
    UnaryExpression: (node) => {
      if (node.operator === '!') return `!${this.operand(this.truth(node.argument))}`;
      const method = unaryOperators[node.operator];
      if (method === undefined || this.kind(node) === 'plain') return this.verbatim(node);
      return `${this.receiver(node.argument)}.${method}()`;
    },
    AssignmentExpression: (node) => {
      const rule = binaryOperators[node.operator.slice(0, -1)];
      if (node.operator === '=') return this.learning(node, node.left, node.right);
      if (rule === undefined || this.kind(node.left) === 'plain') return this.verbatim(node);
      return `${this.emit(node.left)}.${rule.method}_(${this.emit(node.right)})`;
    },
    VariableDeclarator: (node) => this.learning(node, node.id, node.init),
    AssignmentPattern: (node) => this.learning(node, node.left, node.right),
    MemberExpression: (node) => {
      if (node.computed || node.optional) return this.verbatim(node);
      return `${this.receiver(node.object)}${this.source.slice(node.object.end, node.end)}`;
    },
    CallExpression: (node) => {
      const { callee } = node;
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier')
        return this.verbatim(node);
      const { name } = callee.property;
      const reads = node.arguments.length === 0 && (name === 'item' || name === 'tolist');
      return reads ? this.read(callee.object, `${name}Async`) : this.verbatim(node);
    },
    ExpressionStatement: (node) => {
      const prints = /^print\s*\(/.test(this.source.slice(node.start, node.end)) && this.inAsync !== false;
      return prints ? `await ${this.verbatim(node)}` : this.verbatim(node);
    },
    IfStatement: (node) => this.withTest(node, node.test),
    WhileStatement: (node) => this.withTest(node, node.test),
    DoWhileStatement: (node) => this.withTest(node, node.test),
    ForStatement: (node) => this.withTest(node, node.test),
    ConditionalExpression: (node) => this.withTest(node, node.test),
    FunctionDeclaration: (node) => this.within(node),
    FunctionExpression: (node) => this.within(node),
    ArrowFunctionExpression: (node) => this.within(node),
  };

  private kind(node: AnyNode): Kind {
    return kindOf(node, this.kinds);
  }

  private learning(node: AnyNode, name: AnyNode, value: AnyNode | null | undefined): string {
    const text = this.verbatim(node);
    if (name.type === 'Identifier' && value) this.kinds.set(name.name, this.kind(value));
    return text;
  }

  private withTest(node: AnyNode, test: AnyNode | null | undefined): string {
    return this.verbatim(node, (child) =>
      child === test ? this.truth(child as Expression) : this.emit(child),
    );
  }

  /** An expression whose truth is asked for: a tensor is read, without blocking. */
  private truth(node: Expression): string {
    if (node.type === 'LogicalExpression')
      return this.verbatim(node, (child) => this.truth(child as Expression));
    if (node.type === 'ParenthesizedExpression') return `(${this.truth(node.expression)})`;
    if (node.type === 'UnaryExpression' && node.operator === '!') return this.emit(node);
    return this.kind(node) === 'plain' ? this.emit(node) : this.read(node, 'itemAsync');
  }

  private read(tensor: AnyNode, reader: string): string {
    if (this.inAsync === false) {
      throw new SyntaxError('a tensor is read here, which takes waiting: write `async` before the function');
    }
    return `await ${this.receiver(tensor)}.${reader}()`;
  }

  private within(node: FunctionNode): string {
    const outer = this.inAsync;
    this.inAsync = node.async;
    try {
      return this.verbatim(node as AnyNode);
    } finally {
      this.inAsync = outer;
    }
  }

  /** Text that a `.method` can follow. */
  private receiver(node: AnyNode): string {
    const inner = bare(node);
    const text = this.emit(inner);
    if (inner !== node && !this.becomesCall(inner)) return `(${text})`;
    return this.operand(text);
  }

  /** Whether a node comes out as a name or a call, which need no parentheses around them. */
  private becomesCall(node: AnyNode): boolean {
    if (node.type === 'BinaryExpression')
      return node.operator in binaryOperators && this.kind(node) === 'tensor';
    if (node.type === 'UnaryExpression')
      return node.operator in unaryOperators && this.kind(node) === 'tensor';
    if (node.type === 'CallExpression') return !this.emit(node).startsWith('await ');
    return node.type === 'Identifier' || node.type === 'MemberExpression';
  }

  private operand(text: string): string {
    return text.startsWith('await ') ? `(${text})` : text;
  }
}

function bare(node: AnyNode): AnyNode {
  const isBare = node.type !== 'ParenthesizedExpression' || node.expression.type === 'SequenceExpression';
  return isBare ? node : bare(node.expression);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** A node's children in the order of the source. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children = Object.values(node).flat().filter(isNode);
  return children.sort((a, b) => a.start - b.start);
}
