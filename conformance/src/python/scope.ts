/** Names and what they stand for: of the program, or of a call of one of its functions. */
export class Scope {
  readonly names: Map<string, unknown>;
  private readonly outer: Scope | undefined;
  private readonly globals: Set<string> = new Set();

  constructor(outer?: Scope) {
    this.outer = outer;
    this.names = new Map();
  }

  /** The scope that has a name. */
  find(name: string): Scope | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.outer) {
      if (scope.names.has(name)) return scope;
    }
    return undefined;
  }

  set(name: string, value: unknown): void {
    (this.globals.has(name) ? this.program : this).names.set(name, value);
  }

  /** Says that assigning a name changes the program's. */
  declareGlobal(name: string): void {
    this.globals.add(name);
  }

  private get program(): Scope {
    let scope: Scope = this;
    while (scope.outer !== undefined) scope = scope.outer;
    return scope;
  }
}
