import { type Argument, type Expr, NotInLanguage, type Statement } from './ast.ts';
import { type Token, tokenize } from './tokenize.ts';

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

/** A program of the scenario language. @throws {@link NotInLanguage} */
export function parse(source: string): readonly Statement[] {
  return new Parser(tokenize(source)).program();
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  program(): readonly Statement[] {
    const statements: Statement[] = [];
    while (this.token.kind !== 'end') statements.push(...this.line());
    return statements;
  }

  private get token(): Token {
    return this.tokens[this.at]!;
  }

  private is(text: string): boolean {
    const { kind } = this.token;
    return this.token.text === text && (kind === 'op' || kind === 'name');
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  private skip(kind: Token['kind']): boolean {
    if (this.token.kind !== kind) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) this.unexpected(text);
  }

  private unexpected(wanted: string): never {
    const { text, kind, line } = this.token;
    throw new NotInLanguage(`line ${line}: expected ${wanted}, found ${text === '' ? kind : text}`);
  }

  /** One compound statement, or several simple ones with semicolons between. */
  private line(): Statement[] {
    if (this.token.kind === 'name') {
      const compound = this.compound(this.token.text);
      if (compound !== undefined) return [compound];
    }
    const statements = [this.simple()];
    while (this.take(';')) if (this.token.kind !== 'newline') statements.push(this.simple());
    if (!this.skip('newline')) this.unexpected('the end of the line');
    return statements;
  }

  private compound(keyword: string): Statement | undefined {
    switch (keyword) {
      case 'while':
        this.at++;
        return { type: 'while', test: this.expression(), body: this.block() };
      case 'if': {
        this.at++;
        const test = this.expression();
        const body = this.block();
        return { type: 'if', test, body, orElse: this.take('else') ? this.block() : [] };
      }
      case 'for': {
        this.at++;
        const target = this.tuple();
        this.expect('in');
        return { type: 'for', target, over: this.expression(), body: this.block() };
      }
      case 'with':
        this.at++;
        return { type: 'with', context: this.expression(), body: this.block() };
      default:
        return undefined;
    }
  }

  private block(): readonly Statement[] {
    this.expect(':');
    if (!this.skip('newline')) return this.line();
    if (!this.skip('indent')) this.unexpected('an indented block');
    const body: Statement[] = [];
    while (!this.skip('dedent')) body.push(...this.line());
    return body;
  }

  private simple(): Statement {
    if (this.take('pass')) return { type: 'pass' };
    if (this.take('import')) return this.importing();
    const first = this.tuple();
    const { kind, text } = this.token;
    if (kind === 'op' && /^[^=!<>]+=$/.test(text)) {
      this.at++;
      return { type: 'augment', target: first, op: text.slice(0, -1), value: this.tuple() };
    }
    const chain = [first];
    while (this.take('=')) chain.push(this.tuple());
    const value = chain.pop()!;
    return chain.length === 0 ? { type: 'expression', value } : { type: 'assign', targets: chain, value };
  }

  private importing(): Statement {
    const path = [this.name()];
    while (this.take('.')) path.push(this.name());
    return { type: 'import', path: path.join('.'), as: this.take('as') ? this.name() : path[0]! };
  }

  private name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name') this.unexpected('a name');
    this.at++;
    return text;
  }

  /** An expression, or several with commas between. */
  private tuple(): Expr {
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

  private expression(least = 0): Expr {
    let left = this.prefix();
    for (;;) {
      const op = this.token.text;
      const power = this.token.kind === 'op' || this.token.kind === 'name' ? binding[op] : undefined;
      if (power === undefined || power <= least) return left;
      this.at++;
      const negated = op === 'is' && this.take('not');
      const right = this.expression(op === '**' ? SIGN - 1 : power);
      if (op === 'and' || op === 'or') left = { type: op, left, right };
      else left = { type: 'binary', op: negated ? 'is not' : op, left, right };
    }
  }

  private prefix(): Expr {
    if (this.take('not')) return { type: 'unary', op: 'not', of: this.expression(NOT) };
    for (const op of ['-', '+', '~']) {
      if (this.take(op)) return { type: 'unary', op, of: this.expression(POWER - 1) };
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
        if (text === '[') return { type: 'list', items: this.items(']') };
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

  private items(close: string): readonly Expr[] {
    const items: Expr[] = [];
    while (!this.take(close)) {
      items.push(this.expression());
      if (!this.is(close)) this.expect(',');
    }
    return items;
  }
}
