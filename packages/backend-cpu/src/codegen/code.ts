/** Turns the text of a function's body into the function; `values` are what its free names stand for. */
export type Compile = (source: string, names: readonly string[], values: readonly unknown[]) => unknown;

const compile: Compile = (source, names, values) => new Function(...names, source)(...values);

/** The compiler, or undefined where a content security policy forbids compiling text. */
export function compilerIfAllowed(): Compile | undefined {
  try {
    return compile('return true', [], []) === true ? compile : undefined;
  } catch {
    return undefined;
  }
}

/** The text of one function under construction, with the values that it refers to by name. */
export class Code {
  private readonly compile: Compile;
  private readonly values = new Map<string, unknown>();

  constructor(compile: Compile) {
    this.compile = compile;
  }

  /** Makes `value` known to the text as `name`. */
  use(name: string, value: unknown): string {
    this.values.set(name, value);
    return name;
  }

  /** The function of these arguments with this body. */
  function(args: string, body: string): unknown {
    const source = `'use strict';\nreturn (${args}) => {\n${body}\n};`;
    return this.compile(source, [...this.values.keys()], [...this.values.values()]);
  }
}
