import { type Tensor, TensorError } from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { indicesOf } from '../torch-call/indexing.ts';
import { camel } from '../torch-call/row.ts';
import { PySlice, pyTuple } from '../values.ts';
import { type Argument, type Expr, NotInLanguage, type Statement } from './ast.ts';
import { builtins, PyBuiltin, truth } from './builtins.ts';
import { dtypeNamed, PyContext, PyMethod, PyModule } from './objects.ts';
import { binary, unary } from './operators.ts';
import { parse } from './parse.ts';
import { callMethod, callTorch, toOurs, toPython } from './torch-module.ts';

type Index = Parameters<Tensor['setAt']>[0][number];
type Value = Parameters<Tensor['setAt']>[1];

/**
 * Runs programs written in a small part of Python on the library's public API. Everything that reads a tensor waits, so
 * a program runs on every backend.
 */
export class Interpreter {
  /** The program's names and what they stand for. */
  readonly names: Map<string, unknown> = new Map<string, unknown>([
    ['torch', new PyModule('')],
    ['F', new PyModule('nn.functional')],
  ]);
  private output = '';

  /** Runs a program and gives what it printed. Throws what the program raises; {@link takeOutput} has the rest. */
  async run(source: string): Promise<string> {
    await this.block(parse(source));
    return this.takeOutput();
  }

  /** What was printed since the last time. */
  takeOutput(): string {
    const printed = this.output;
    this.output = '';
    return printed;
  }

  private readonly builtins = builtins((text) => {
    this.output += text;
  });

  private async block(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) await this.statement(statement);
  }

  private async statement(statement: Statement): Promise<void> {
    switch (statement.type) {
      case 'expression':
        await this.value(statement.value);
        return;
      case 'assign': {
        const value = await this.value(statement.value);
        for (const target of statement.targets) await this.assign(target, value);
        return;
      }
      case 'augment': {
        await this.augment(statement.target, statement.op, await this.value(statement.value));
        return;
      }
      case 'while':
        while (await truth(await this.value(statement.test))) await this.block(statement.body);
        return;
      case 'if':
        await this.block((await truth(await this.value(statement.test))) ? statement.body : statement.orElse);
        return;
      case 'for':
        for (const item of (await this.value(statement.over)) as Iterable<unknown>) {
          await this.assign(statement.target, item);
          await this.block(statement.body);
        }
        return;
      case 'with': {
        const context = await this.value(statement.context);
        if (!(context instanceof PyContext)) throw new NotInLanguage('with needs a context manager');
        context.enter();
        try {
          await this.block(statement.body);
        } finally {
          context.leave();
        }
        return;
      }
      case 'import': {
        const { path, as } = statement;
        if (!/^torch(?:\.|$)/.test(path)) throw new NotInLanguage(`importing ${path}`);
        this.names.set(as, new PyModule(as === 'torch' ? '' : path.replace(/^torch\.?/, '')));
        return;
      }
      case 'pass':
        return;
      default:
        statement satisfies never;
    }
  }

  /** On tensors `+=` is the in-place method. */
  private async augment(target: Expr, op: string, value: unknown): Promise<void> {
    const before = await this.value(target);
    const inPlace = { '+': 'add_', '-': 'sub_', '*': 'mul_', '/': 'div_' }[op];
    if (isTensor(before) && inPlace === undefined) throw new NotInLanguage(`${op}= on a tensor`);
    const after = isTensor(before) ? callMethod(before, inPlace!, [value], {}) : binary(op, before, value);
    if (!isTensor(before) || target.type !== 'subscript') await this.assign(target, after);
  }

  private async assign(target: Expr, value: unknown): Promise<void> {
    switch (target.type) {
      case 'name':
        this.names.set(target.name, value);
        return;
      case 'tuple':
      case 'list': {
        const values = Array.isArray(value) ? value : Object.values(value as object);
        for (const [i, item] of target.items.entries()) await this.assign(item, values[i]);
        return;
      }
      case 'attribute': {
        const of = await this.value(target.of);
        if (!isTensor(of)) throw new NotInLanguage(`setting .${target.name}`);
        (of as unknown as Record<string, unknown>)[camel(target.name)] = toOurs(value);
        return;
      }
      case 'subscript': {
        const of = await this.value(target.of);
        if (!isTensor(of)) throw new NotInLanguage('setting an item of what is not a tensor');
        of.setAt(this.indices(await this.value(target.index)), toOurs(value) as Value);
        return;
      }
      default:
        throw new NotInLanguage(`assigning to a ${target.type}`);
    }
  }

  private indices(index: unknown): Index[] {
    return [...indicesOf(toOurs(index))] as Index[];
  }

  private async value(expr: Expr): Promise<unknown> {
    switch (expr.type) {
      case 'constant':
        return expr.value;
      case 'ellipsis':
        return '...';
      case 'name':
        return this.lookUp(expr.name);
      case 'attribute':
        return this.attribute(await this.value(expr.of), expr.name);
      case 'list':
        return this.values(expr.items);
      case 'tuple':
        return pyTuple(await this.values(expr.items));
      case 'slice': {
        const parts: (number | undefined)[] = [];
        for (const part of expr.parts) {
          const bound = part === undefined ? null : await this.value(part);
          parts.push(bound === null ? undefined : Number(bound));
        }
        return new PySlice(...parts);
      }
      case 'unary':
        if (expr.op === 'not') return !(await truth(await this.value(expr.of)));
        return unary(expr.op, await this.value(expr.of));
      case 'binary':
        return binary(expr.op, await this.value(expr.left), await this.value(expr.right));
      case 'and':
      case 'or': {
        const left = await this.value(expr.left);
        return (await truth(left)) === (expr.type === 'or') ? left : this.value(expr.right);
      }
      case 'subscript': {
        const of = await this.value(expr.of);
        const index = await this.value(expr.index);
        if (isTensor(of)) return of.at(...this.indices(index));
        return (of as readonly unknown[]).at(Number(index));
      }
      case 'call':
        return this.call(await this.value(expr.of), expr.args);
      default:
        return expr satisfies never;
    }
  }

  private async values(exprs: readonly Expr[]): Promise<unknown[]> {
    const values: unknown[] = [];
    for (const expr of exprs) values.push(await this.value(expr));
    return values;
  }

  private lookUp(name: string): unknown {
    if (this.names.has(name)) return this.names.get(name);
    const builtin = this.builtins.get(name);
    if (builtin === undefined) throw new NotInLanguage(`no name ${name}`);
    return builtin;
  }

  private attribute(of: unknown, name: string): unknown {
    if (of instanceof PyModule) {
      const path = of.path === '' ? name : `${of.path}.${name}`;
      return (of.path === '' ? dtypeNamed(name) : undefined) ?? new PyModule(path);
    }
    const owner = of as Readonly<Record<string, unknown>>;
    if (
      isTensor(of) &&
      (name === 'size' || typeof owner[camel(name)] === 'function' || !(camel(name) in owner))
    ) {
      return new PyMethod(of, name);
    }
    const found = owner[camel(name)];
    return typeof found === 'function' ? found.bind(of) : toPython(found, name);
  }

  private async call(callee: unknown, given: readonly Argument[]): Promise<unknown> {
    const args: unknown[] = [];
    const kwargs: Record<string, unknown> = {};
    for (const { name, starred, value } of given) {
      const evaluated = await this.value(value);
      if (name !== undefined) kwargs[name] = evaluated;
      else if (starred) args.push(...(evaluated as readonly unknown[]));
      else args.push(evaluated);
    }
    if (callee instanceof PyModule) return callTorch(callee.path, args, kwargs);
    if (callee instanceof PyMethod && isTensor(callee.self)) {
      return toPython(await callMethod(callee.self, callee.name, args, kwargs), callee.name);
    }
    if (callee instanceof PyBuiltin) return callee.call(args);
    if (typeof callee === 'function') return callee(...args);
    throw new NotInLanguage('calling what is not a function');
  }
}

/** What Python would print last for an exception: its class and its text. */
export function raisedText(error: unknown): string {
  return error instanceof TensorError
    ? String(error)
    : `${(error as Error).name}: ${(error as Error).message}`;
}
