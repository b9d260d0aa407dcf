import type { Tensor } from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { indicesOf } from '../torch-call/indexing.ts';
import { camel } from '../torch-call/row.ts';
import { PySlice, PyTuple, pyTuple } from '../values.ts';
import { type Argument, type Expr, NotInLanguage } from './ast.ts';
import { builtins, PyBuiltin, truth } from './builtins.ts';
import { exceptions, PyError, PyFunction } from './functions.ts';
import { listMethod } from './lists.ts';
import { dtypeNamed, methodOf, PyMethod, PyModule } from './objects.ts';
import { binary, unary } from './operators.ts';
import type { Scope } from './scope.ts';
import { callMethod, callTorch, toOurs, toPython } from './torch-module.ts';
import { type Task, withReads } from './wait.ts';

const givesDType: ReadonlySet<string> = new Set(['result_type', 'promote_types', 'get_default_dtype']);

export type Index = Parameters<Tensor['setAt']>[0][number];

/** Gives expressions their values. Functions of the program are called by the class that extends it. */
export abstract class Evaluator {
  private readonly builtins: ReadonlyMap<string, PyBuiltin>;

  constructor(write: (line: Promise<string>) => unknown) {
    this.builtins = builtins(write);
  }

  protected abstract callFunction(
    fn: PyFunction,
    args: readonly unknown[],
    kwargs: Record<string, unknown>,
  ): Task;

  /** A value of the program as the library takes it: its functions become functions. */
  protected abstract given(value: unknown): unknown;

  protected *value(expr: Expr, scope: Scope): Task {
    switch (expr.type) {
      case 'constant':
        return expr.value;
      case 'ellipsis':
        return '...';
      case 'name':
        return this.lookUp(expr.name, scope);
      case 'attribute':
        return this.attribute(yield* this.value(expr.of, scope), expr.name);
      case 'list':
        return yield* this.values(expr.items, scope);
      case 'tuple':
        return pyTuple(yield* this.values(expr.items, scope));
      case 'slice': {
        const parts: (number | undefined)[] = [];
        for (const part of expr.parts) {
          const bound = part === undefined ? null : yield* this.value(part, scope);
          parts.push(bound === null ? undefined : Number(bound));
        }
        return new PySlice(...parts);
      }
      case 'unary': {
        const of = yield* this.value(expr.of, scope);
        return expr.op === 'not' ? !(yield truth(of)) : unary(expr.op, of);
      }
      case 'binary':
        return binary(expr.op, yield* this.value(expr.left, scope), yield* this.value(expr.right, scope));
      case 'and':
      case 'or': {
        const left = yield* this.value(expr.left, scope);
        return (yield truth(left)) === (expr.type === 'or') ? left : yield* this.value(expr.right, scope);
      }
      case 'choice': {
        const test = yield* this.value(expr.test, scope);
        return yield* this.value((yield truth(test)) ? expr.then : expr.orElse, scope);
      }
      case 'lambda':
        return new PyFunction(
          '<lambda>',
          expr.params,
          expr.body,
          scope,
          yield* this.defaults(expr.params, scope),
        );
      case 'comprehension':
        return yield* this.comprehension(expr, scope);
      case 'subscript': {
        const of = yield* this.value(expr.of, scope);
        const index = yield* this.value(expr.index, scope);
        if (isTensor(of)) return of.at(...this.indices(index));
        // Results with names, such as values and indices, come in order.
        const items: readonly unknown[] = Array.isArray(of) ? of : Object.values(of as object);
        if (index instanceof PySlice) return items.slice(index.start, index.stop);
        const item = items.at(Number(index));
        if (item === undefined) {
          throw new PyError('IndexError', `${of instanceof PyTuple ? 'tuple' : 'list'} index out of range`);
        }
        return item;
      }
      case 'call':
        return yield* this.call(yield* this.value(expr.of, scope), expr.args, scope);
      default:
        return expr satisfies never;
    }
  }

  private *values(exprs: readonly Expr[], scope: Scope): Task<unknown[]> {
    const values: unknown[] = [];
    for (const expr of exprs) values.push(yield* this.value(expr, scope));
    return values;
  }

  /** The values that parameters have when nothing is given for them; worked out where the function is defined. */
  protected *defaults(
    params: readonly { readonly name: string; readonly value: Expr | undefined }[],
    scope: Scope,
  ): Task<ReadonlyMap<string, unknown>> {
    const values = new Map<string, unknown>();
    for (const { name, value } of params) {
      if (value !== undefined) values.set(name, yield* this.value(value, scope));
    }
    return values;
  }

  private *comprehension(expr: Extract<Expr, { type: 'comprehension' }>, scope: Scope): Task<unknown[]> {
    const results: unknown[] = [];
    for (const item of (yield* this.value(expr.over, scope)) as Iterable<unknown>) {
      this.bind(expr.target, item, scope);
      if (expr.test !== undefined && !(yield truth(yield* this.value(expr.test, scope)))) continue;
      results.push(yield* this.value(expr.item, scope));
    }
    return results;
  }

  /** Gives a name, or several at once, their values. */
  protected bind(target: Expr, value: unknown, scope: Scope): void {
    if (target.type === 'name') scope.set(target.name, value);
    else if (target.type === 'tuple' || target.type === 'list') {
      const values = Array.isArray(value) ? value : Object.values(value as object);
      for (const [i, item] of target.items.entries()) this.bind(item, values[i], scope);
    } else throw new NotInLanguage(`assigning to a ${target.type} here`);
  }

  protected indices(index: unknown): Index[] {
    return [...indicesOf(toOurs(index))] as Index[];
  }

  private lookUp(name: string, scope: Scope): unknown {
    const found = scope.find(name);
    if (found !== undefined) return found.names.get(name);
    const builtin = this.builtins.get(name);
    if (builtin !== undefined) return builtin;
    if (exceptions.has(name)) return new PyBuiltin(([text = '']) => new PyError(name, String(text)));
    throw new NotInLanguage(`no name ${name}`);
  }

  private attribute(of: unknown, name: string): unknown {
    if (of instanceof PyModule) {
      const path = of.path === '' ? name : `${of.path}.${name}`;
      return (of.path === '' ? dtypeNamed(name) : undefined) ?? new PyModule(path);
    }
    if (Array.isArray(of)) return listMethod(of, name);
    if (isTensor(of) && name === '_version') return BigInt(of.version);
    if (of === null) throw new PyError('AttributeError', `'NoneType' object has no attribute '${name}'`);
    const owner = of as Readonly<Record<string, unknown>>;
    if (name === '__name__') return owner.name;
    const known = camel(name) in owner;
    // Once: some properties warn when they are read.
    const found = known ? owner[camel(name)] : undefined;
    if (isTensor(of) && (!known || name === 'size' || typeof found === 'function'))
      return new PyMethod(of, name);
    if (name === 'name' && typeof found === 'string') return new PyBuiltin(() => found);
    return typeof found === 'function' ? new PyMethod(of, name) : toPython(found, name);
  }

  private *call(callee: unknown, given: readonly Argument[], scope: Scope): Task {
    const args: unknown[] = [];
    const kwargs: Record<string, unknown> = {};
    for (const { name, starred, value } of given) {
      const evaluated = yield* this.value(value, scope);
      if (name !== undefined) kwargs[name] = evaluated;
      else if (starred) args.push(...(evaluated as readonly unknown[]));
      else args.push(evaluated);
    }
    return yield* this.apply(callee, args, kwargs);
  }

  /** Calls whatever can be called. */
  protected *apply(callee: unknown, args: unknown[], kwargs: Record<string, unknown>): Task {
    if (callee instanceof PyFunction) return yield* this.callFunction(callee, args, kwargs);
    if (callee instanceof PyBuiltin) return yield callee.call(args);
    const ours = args.map((arg) => this.given(arg));
    const named = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, this.given(value)]));
    if (callee instanceof PyModule) {
      const { path } = callee;
      const result = yield* withReads(path, () => callTorch(path, ours, named));
      return givesDType.has(path) ? toPython(result, 'dtype') : result;
    }
    if (callee instanceof PyMethod && isTensor(callee.self)) {
      const { self, name } = callee;
      return toPython(yield* withReads(name, () => callMethod(self, name, ours, named)), name);
    }
    if (callee instanceof PyMethod) {
      const result = methodOf(callee).apply(
        callee.self,
        ours.map((x) => toOurs(x)),
      );
      return toPython(Array.isArray(result) ? pyTuple(result) : result, callee.name);
    }
    if (typeof callee === 'function') return yield this.construct(callee, ours);
    throw new NotInLanguage('calling what is not a function');
  }

  /** A class of the program, called. */
  private construct(made: object, args: readonly unknown[]): unknown {
    return Reflect.construct(made as new () => unknown, args);
  }
}
