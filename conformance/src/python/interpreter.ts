import { TensorError } from '@taimatsu/core';
import { declinedReason } from '../run/verdict.ts';
import { isTensor } from '../tensors.ts';
import { camel } from '../torch-call/row.ts';
import { type Expr, type Handler, NotInLanguage, type Statement } from './ast.ts';
import { PyBuiltin, truth } from './builtins.ts';
import { Evaluator } from './evaluate.ts';
import { asOurs, customFunction, onceDifferentiable, PyError, PyFunction, Returned } from './functions.ts';
import { methodOf, PyContext, PyMethod, PyModule } from './objects.ts';
import { binary } from './operators.ts';
import { parse } from './parse.ts';
import { Scope } from './scope.ts';
import { callMethod, callTorch, toOurs, toPython } from './torch-module.ts';
import { atOnce, type Task, waiting } from './wait.ts';

/**
 * Runs programs written in a small part of Python on the library's public API. Everything that reads a tensor waits, so
 * a program runs on every backend. What the library calls, such as a hook, cannot wait: see {@link atOnce}.
 */
export class Interpreter extends Evaluator {
  private readonly program = new Scope();
  private output: Promise<string>[];

  constructor() {
    const output: Promise<string>[] = [];
    super((line) => {
      // What cannot be printed is raised where it was to be, and leaves no line.
      output.push(line.catch(() => ''));
      return line.then(() => null);
    });
    this.output = output;
    this.program.names.set('torch', new PyModule('')).set('F', new PyModule('nn.functional'));
  }

  /** The program's names and what they stand for. */
  get names(): Map<string, unknown> {
    return this.program.names;
  }

  /** Runs a program and gives what it printed. Throws what the program raises; {@link takeOutput} has the rest. */
  async run(source: string): Promise<string> {
    await waiting(this.block(parse(source), this.program));
    return this.takeOutput();
  }

  /** What was printed since the last time. */
  async takeOutput(): Promise<string> {
    return (await Promise.all(this.output.splice(0))).join('');
  }

  private *block(statements: readonly Statement[], scope: Scope): Task<void> {
    for (const statement of statements) yield* this.statement(statement, scope);
  }

  private *statement(statement: Statement, scope: Scope): Task<void> {
    switch (statement.type) {
      case 'expression':
        yield* this.value(statement.value, scope);
        return;
      case 'assign': {
        const value = yield* this.value(statement.value, scope);
        for (const target of statement.targets) yield* this.assign(target, value, scope);
        return;
      }
      case 'augment':
        yield* this.augment(statement, scope);
        return;
      case 'while':
        while (yield truth(yield* this.value(statement.test, scope)))
          yield* this.block(statement.body, scope);
        return;
      case 'if': {
        const test = yield truth(yield* this.value(statement.test, scope));
        yield* this.block(test ? statement.body : statement.orElse, scope);
        return;
      }
      case 'for':
        for (const item of (yield* this.value(statement.over, scope)) as Iterable<unknown>) {
          this.bind(statement.target, item, scope);
          yield* this.block(statement.body, scope);
        }
        return;
      case 'with':
        yield* this.inside(statement, scope);
        return;
      case 'try':
        try {
          yield* this.block(statement.body, scope);
        } catch (error) {
          yield* this.handle(error, statement.handlers, scope);
        }
        return;
      case 'def':
        yield* this.define(statement, scope);
        return;
      case 'class':
        yield* this.makeClass(statement, scope);
        return;
      case 'return':
        throw new Returned(statement.value === undefined ? null : yield* this.value(statement.value, scope));
      case 'raise':
        throw yield* this.value(statement.value, scope);
      case 'global':
        for (const name of statement.names) scope.declareGlobal(name);
        return;
      case 'import': {
        const { path, as } = statement;
        if (!/^torch(?:\.|$)/.test(path)) throw new NotInLanguage(`importing ${path}`);
        scope.set(as, new PyModule(as === 'torch' ? '' : path.replace(/^torch\.?/, '')));
        return;
      }
      case 'pass':
        return;
      default:
        statement satisfies never;
    }
  }

  private *inside(statement: Extract<Statement, { type: 'with' }>, scope: Scope): Task<void> {
    const context = yield* this.value(statement.context, scope);
    if (!(context instanceof PyContext)) throw new NotInLanguage('with needs a context manager');
    const entered = context.enter();
    try {
      if (statement.as !== undefined) this.bind(statement.as, entered, scope);
      yield* this.block(statement.body, scope);
    } finally {
      context.leave();
    }
  }

  private *handle(error: unknown, handlers: readonly Handler[], scope: Scope): Task<void> {
    // What the backend declines is for the runner to see, not for the program.
    if (declinedReason(error) !== undefined) throw error;
    for (const { of, as, body } of handlers) {
      const name = of?.type === 'name' ? of.name : undefined;
      const isPython = error instanceof TensorError || error instanceof PyError;
      if (!isPython || (name !== undefined && name !== 'Exception' && name !== error.name)) continue;
      if (as !== undefined) scope.set(as, error);
      yield* this.block(body, scope);
      return;
    }
    throw error;
  }

  private *define(statement: Extract<Statement, { type: 'def' }>, scope: Scope): Task<void> {
    const { name, params, body, decorators } = statement;
    const paths = decorators.map((decorator) => (decorator.type === 'name' ? decorator.name : ''));
    const defaults = yield* this.defaults(params, scope);
    // Methods are found by their name; `@once_differentiable` is remembered in the function's own.
    const own = paths.includes('once_differentiable') ? onceDifferentiable : name;
    if (paths.some((path) => !['staticmethod', 'once_differentiable'].includes(path))) {
      throw new NotInLanguage('this decorator');
    }
    scope.set(name, new PyFunction(own, params, body, scope, defaults));
  }

  private *makeClass(statement: Extract<Statement, { type: 'class' }>, scope: Scope): Task<void> {
    const base = statement.base === undefined ? undefined : yield* this.value(statement.base, scope);
    if (!(base instanceof PyModule) || base.path !== 'autograd.Function') {
      throw new NotInLanguage('a class that does not extend torch.autograd.Function');
    }
    const inside = new Scope(scope);
    yield* this.block(statement.body, inside);
    const methods = new Map(
      [...inside.names].filter((entry): entry is [string, PyFunction] => entry[1] instanceof PyFunction),
    );
    // A method sees the program's names, not its class's.
    scope.set(statement.name, customFunction(statement.name, methods, this.callNow));
  }

  /** On tensors `+=` is the in-place method. */
  private *augment(statement: Extract<Statement, { type: 'augment' }>, scope: Scope): Task<void> {
    const { target, op } = statement;
    const value = yield* this.value(statement.value, scope);
    const before = yield* this.value(target, scope);
    const inPlace = { '+': 'add_', '-': 'sub_', '*': 'mul_', '/': 'div_' }[op];
    if (isTensor(before) && inPlace === undefined) throw new NotInLanguage(`${op}= on a tensor`);
    const after = isTensor(before) ? callMethod(before, inPlace!, [value], {}) : binary(op, before, value);
    yield* this.assign(target, after, scope);
  }

  private *assign(target: Expr, value: unknown, scope: Scope): Task<void> {
    switch (target.type) {
      case 'attribute': {
        const of = (yield* this.value(target.of, scope)) as Record<string, unknown>;
        const readOnly = isTensor(of) && ['grad_fn', 'is_leaf'].includes(target.name);
        if (readOnly) {
          throw new PyError(
            'AttributeError',
            `attribute '${target.name}' of 'torch._C._TensorBase' objects is not writable`,
          );
        }
        of[camel(target.name)] = isTensor(of) ? toOurs(value) : value;
        return;
      }
      case 'subscript': {
        const of = yield* this.value(target.of, scope);
        const index = yield* this.value(target.index, scope);
        if (isTensor(of)) of.setAt(this.indices(index), toOurs(value) as Parameters<typeof of.setAt>[1]);
        else (of as unknown[])[Number(index)] = value;
        return;
      }
      case 'tuple':
      case 'list': {
        const values = Array.isArray(value) ? value : Object.values(value as object);
        for (const [i, item] of target.items.entries()) yield* this.assign(item, values[i], scope);
        return;
      }
      default:
        this.bind(target, value, scope);
    }
  }

  protected *callFunction(fn: PyFunction, args: readonly unknown[], kwargs: Record<string, unknown>): Task {
    const scope = new Scope(fn.scope);
    fn.bind(scope, args, kwargs);
    if (!Array.isArray(fn.body)) return yield* this.value(fn.body as Expr, scope);
    try {
      yield* this.block(fn.body, scope);
    } catch (thrown) {
      if (thrown instanceof Returned) return thrown.value;
      throw thrown;
    }
    return null;
  }

  /** A function of the program, called by the library: None is nothing. */
  private readonly callNow = (fn: PyFunction, args: readonly unknown[]): unknown => {
    const task = this.callFunction(
      fn,
      args.map((arg) => toPython(arg ?? null)),
      {},
    );
    const result = this.given(atOnce(task));
    return result ?? undefined;
  };

  protected given(value: unknown): unknown {
    if (value instanceof PyFunction) return asOurs(value, this.callNow);
    if (value instanceof PyModule) return (...args: unknown[]) => callTorch(value.path, args, {});
    if (value instanceof PyMethod)
      return (...args: unknown[]) => Reflect.apply(methodOf(value), value.self, args);
    if (value instanceof PyBuiltin) return (...args: unknown[]) => value.call(args);
    return value;
  }
}

/** What Python would print last for an exception: its class and its text. */
export function raisedText(error: unknown): string {
  return error instanceof TensorError
    ? String(error)
    : `${(error as Error).name}: ${(error as Error).message}`;
}
