import type { Expr, Handler, Statement } from './ast.ts';
import { ExpressionParser } from './parse-expression.ts';
import { tokenize } from './tokenize.ts';

/** A program of the scenario language. @throws {@link NotInLanguage} */
export function parse(source: string): readonly Statement[] {
  return new Parser(tokenize(source)).program();
}

class Parser extends ExpressionParser {
  program(): readonly Statement[] {
    const statements: Statement[] = [];
    while (this.token.kind !== 'end') statements.push(...this.line());
    return statements;
  }

  /** One compound statement, or several simple ones with semicolons between. */
  private line(): Statement[] {
    if (this.is('@')) return [this.decorated()];
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
        const target = this.targets();
        this.expect('in');
        return { type: 'for', target, over: this.tuple(), body: this.block() };
      }
      case 'with': {
        this.at++;
        const context = this.expression();
        return {
          type: 'with',
          context,
          as: this.take('as') ? this.targets() : undefined,
          body: this.block(),
        };
      }
      case 'def':
        return this.define([]);
      case 'class': {
        this.at++;
        const name = this.name();
        const base = this.take('(') && !this.take(')') ? this.expression() : undefined;
        if (base !== undefined) this.expect(')');
        return { type: 'class', name, base, body: this.block() };
      }
      case 'try':
        return this.attempt();
      default:
        return undefined;
    }
  }

  private decorated(): Statement {
    const decorators: Expr[] = [];
    while (this.take('@')) {
      decorators.push(this.expression());
      if (!this.skip('newline')) this.unexpected('the end of the line');
    }
    return this.define(decorators);
  }

  private define(decorators: readonly Expr[]): Statement {
    this.expect('def');
    const name = this.name();
    this.expect('(');
    return { type: 'def', name, params: this.params(')'), body: this.block(), decorators };
  }

  private attempt(): Statement {
    this.at++;
    const body = this.block();
    const handlers: Handler[] = [];
    while (this.take('except')) {
      const of = this.is(':') ? undefined : this.expression();
      handlers.push({ of, as: this.take('as') ? this.name() : undefined, body: this.block() });
    }
    return { type: 'try', body, handlers };
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
    if (this.take('from')) return this.importingFrom();
    if (this.take('return')) {
      return { type: 'return', value: this.token.kind === 'newline' ? undefined : this.tuple() };
    }
    if (this.take('raise')) return { type: 'raise', value: this.expression() };
    if (this.take('global')) {
      const names = [this.name()];
      while (this.take(',')) names.push(this.name());
      return { type: 'global', names };
    }
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

  private path(): string {
    const path = [this.name()];
    while (this.take('.')) path.push(this.name());
    return path.join('.');
  }

  private importing(): Statement {
    const path = this.path();
    return { type: 'import', path, as: this.take('as') ? this.name() : path.split('.')[0]! };
  }

  private importingFrom(): Statement {
    const from = this.path();
    this.expect('import');
    const name = this.name();
    return { type: 'import', path: `${from}.${name}`, as: this.take('as') ? this.name() : name };
  }
}
