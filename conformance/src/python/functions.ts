import * as torch from '@taimatsu/core';
import type { Kwargs } from '../torch-call/bind.ts';
import { pyTuple } from '../values.ts';
import type { Expr, Parameter, Statement } from './ast.ts';
import type { Scope } from './scope.ts';

/** A function of a program. */
export class PyFunction {
  readonly name: string;
  readonly params: readonly Parameter[];
  /** A lambda's expression, or statements. */
  readonly body: Expr | readonly Statement[];
  /** Where it was defined. */
  readonly scope: Scope;
  /** Defaults, by name. */
  readonly defaults: ReadonlyMap<string, unknown>;

  constructor(
    name: string,
    params: readonly Parameter[],
    body: Expr | readonly Statement[],
    scope: Scope,
    defaults: ReadonlyMap<string, unknown>,
  ) {
    this.name = name;
    this.params = params;
    this.body = body;
    this.scope = scope;
    this.defaults = defaults;
  }

  /** Binds arguments to the parameters in the scope of a call. */
  bind(scope: Scope, args: readonly unknown[], kwargs: Kwargs): void {
    this.params.forEach(({ name, starred }, i) => {
      if (starred) scope.set(name, pyTuple(args.slice(i)));
      else if (i < args.length) scope.set(name, args[i]);
      else scope.set(name, name in kwargs ? kwargs[name] : this.defaults.get(name));
    });
  }
}

/** What `return` throws through the statements of a function. */
export class Returned {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** An exception of Python's own, as `raise ValueError('mine')` makes it. */
export class PyError extends Error {
  override readonly name: string;

  constructor(name: string, text: string) {
    super(text);
    this.name = name;
  }
}

/** The exceptions that a program can name. */
export const exceptions: ReadonlySet<string> = new Set([
  'Exception',
  'RuntimeError',
  'TypeError',
  'ValueError',
  'IndexError',
  'NotImplementedError',
]);

/** Runs one of the program's functions for the library, which does not wait. */
export type CallNow = (fn: PyFunction, args: readonly unknown[]) => unknown;

/** A function of the program as the library takes functions. */
export function asOurs(fn: PyFunction, callNow: CallNow): (...args: unknown[]) => unknown {
  const ours = (...args: unknown[]): unknown => callNow(fn, args);
  return Object.defineProperty(ours, 'name', { value: fn.name });
}

/** `class name(torch.autograd.Function)` with these static methods. */
export function customFunction(
  name: string,
  methods: ReadonlyMap<string, PyFunction>,
  callNow: CallNow,
): unknown {
  const made = class extends torch.autograd.Function {};
  Object.defineProperty(made, 'name', { value: name });
  for (const [method, fn] of methods) {
    const once = fn.name === onceDifferentiable;
    const ours = asOurs(fn, callNow);
    const value = once ? torch.autograd.onceDifferentiable(ours as never) : ours;
    Object.defineProperty(made, method === 'setup_context' ? 'setupContext' : method, { value });
  }
  return made;
}

/** The name that a function gets from `@once_differentiable`. */
export const onceDifferentiable = '@once_differentiable';
