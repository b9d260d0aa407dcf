import { type Argument, type Expr, NotInLanguage, type Parameter } from './ast.ts';
import type { Token } from './tokenize.ts';

/** How tightly binary operators bind. Comparisons do not chain here. */
const binding: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '==': 4,
  '!=': 4,
  is: 4,
  in: 4,
  '|': 5,
  '^': 6,
  '&': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '//': 10,
  '%': 10,
  '@': 10,
  '**': 12,
};
const NOT = 3;
const SIGN = 11;
const POWER = 12;

const constants: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

/** Reads expressions; statements are read by the class that extends it. */
export class ExpressionParser {
  protected readonly tokens: readonly Token[];
  protected at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected get token(): Token {
    return this.tokens[this.at]!;
  }

  protected is(text: string): boolean {
    const { kind } = this.token;
    return this.token.text === text && (kind === 'op' || kind === 'name');
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  protected skip(kind: Token['kind']): boolean {
    if (this.token.kind !== kind) return false;
    this.at++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) this.unexpected(text);
  }

  protected unexpected(wanted: string): never {
    const { text, kind, line } = this.token;
    throw new NotInLanguage(`line ${line}: expected ${wanted}, found ${text === '' ? kind : text}`);
  }

  protected name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name') this.unexpected('a name');
    this.at++;
    return text;
  }

  /** An expression, or several with commas between. */
  protected tuple(): Expr {
    const first = this.expression();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',')) if (!this.closes()) items.push(this.expression());
    return { type: 'tuple', items };
  }

  private closes(): boolean {
    const { kind, text } = this.token;
    return kind === 'newline' || (kind === 'op' && [')', ']', '=', ';'].includes(text));
  }

  /** With conditional expressions and lambdas. */
  protected expression(): Expr {
    if (this.take('lambda')) {
      const params = this.params(':');
      return { type: 'lambda', params, body: this.expression() };
    }
    const then = this.operators();
    if (!this.take('if')) return then;
    const test = this.operators();
    this.expect('else');
    return { type: 'choice', test, then, orElse: this.expression() };
  }

  /** The parameters of a function, up to `close`. */
  protected params(close: string): readonly Parameter[] {
    const params: Parameter[] = [];
    while (!this.take(close)) {
      const starred = this.take('*');
      const name = this.name();
      params.push({ name, starred, value: this.take('=') ? this.expression() : undefined });
      if (!this.is(close)) this.expect(',');
    }
    return params;
  }

  private operators(least = 0): Expr {
    let left = this.prefix();
    for (;;) {
      const op = this.token.text;
      const power = this.token.kind === 'op' || this.token.kind === 'name' ? binding[op] : undefined;
      if (power === undefined || power <= least) return left;
      this.at++;
      const negated = op === 'is' && this.take('not');
      const right = this.operators(op === '**' ? SIGN - 1 : power);
      if (op === 'and' || op === 'or') left = { type: op, left, right };
      else left = { type: 'binary', op: negated ? 'is not' : op, left, right };
    }
  }

  private prefix(): Expr {
    if (this.take('not')) return { type: 'unary', op: 'not', of: this.operators(NOT) };
    for (const op of ['-', '+', '~']) {
      if (this.take(op)) return { type: 'unary', op, of: this.operators(POWER - 1) };
    }
    return this.postfix(this.atom());
  }

  private postfix(of: Expr): Expr {
    if (this.take('.')) {
      return this.postfix({ type: 'attribute', of, name: this.name() });
    }
    if (this.take('(')) return this.postfix({ type: 'call', of, args: this.args() });
    if (this.take('[')) {
      const index = this.indices();
      this.expect(']');
      return this.postfix({ type: 'subscript', of, index });
    }
    return of;
  }

  private args(): readonly Argument[] {
    const args: Argument[] = [];
    while (!this.take(')')) {
      const starred = this.take('*');
      const named = this.token.kind === 'name' && this.tokens[this.at + 1]?.text === '=';
      const name = named ? this.token.text : undefined;
      if (named) this.at += 2;
      args.push({ name, starred, value: this.expression() });
      if (!this.is(')')) this.expect(',');
    }
    return args;
  }

  private indices(): Expr {
    const items = [this.indexItem()];
    let several = false;
    while (this.take(',')) {
      several = true;
      if (!this.closes()) items.push(this.indexItem());
    }
    return several ? { type: 'tuple', items } : items[0]!;
  }

  private indexItem(): Expr {
    const parts: (Expr | undefined)[] = [this.is(':') ? undefined : this.expression()];
    while (this.take(':'))
      parts.push(this.is(':') || this.is(',') || this.is(']') ? undefined : this.expression());
    return parts.length === 1 ? parts[0]! : { type: 'slice', parts };
  }

  private atom(): Expr {
    const { kind, text } = this.token;
    this.at++;
    switch (kind) {
      case 'int':
        return { type: 'constant', value: BigInt(text) };
      case 'float':
        return { type: 'constant', value: Number(text) };
      case 'string':
        return { type: 'constant', value: text.slice(1, -1) };
      case 'name':
        return Object.hasOwn(constants, text)
          ? { type: 'constant', value: constants[text]! }
          : { type: 'name', name: text };
      case 'op':
        if (text === '...') return { type: 'ellipsis' };
        if (text === '(') return this.parenthesised();
        if (text === '[') return this.bracketed();
    }
    this.at--;
    return this.unexpected('an expression');
  }

  private parenthesised(): Expr {
    const start = this.at;
    const items = this.items(')');
    const trailing = this.tokens[this.at - 2]?.text === ',' && this.at - 2 >= start;
    return items.length === 1 && !trailing ? items[0]! : { type: 'tuple', items };
  }

  /** A list, or a list comprehension. */
  private bracketed(): Expr {
    if (this.take(']')) return { type: 'list', items: [] };
    const item = this.expression();
    if (!this.take('for')) {
      if (!this.is(']')) this.expect(',');
      const rest = this.items(']');
      return { type: 'list', items: [item, ...rest] };
    }
    const target = this.targets();
    this.expect('in');
    const over = this.operators();
    const test = this.take('if') ? this.expression() : undefined;
    this.expect(']');
    return { type: 'comprehension', item, target, over, test };
  }

  /** What a loop binds: names, which `in` ends. */
  protected targets(): Expr {
    const first = this.postfix(this.atom());
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',')) items.push(this.postfix(this.atom()));
    return { type: 'tuple', items };
  }

  private items(close: string): readonly Expr[] {
    const items: Expr[] = [];
    while (!this.take(close)) {
      items.push(this.expression());
      if (!this.is(close)) this.expect(',');
    }
    return items;
  }
}
