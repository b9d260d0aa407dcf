/** An expression of the scenario language, which is a small part of Python. */
export type Expr =
  | { readonly type: 'constant'; readonly value: bigint | number | string | boolean | null }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'attribute'; readonly of: Expr; readonly name: string }
  | { readonly type: 'call'; readonly of: Expr; readonly args: readonly Argument[] }
  | { readonly type: 'subscript'; readonly of: Expr; readonly index: Expr }
  | { readonly type: 'slice'; readonly parts: readonly (Expr | undefined)[] }
  | { readonly type: 'ellipsis' }
  | { readonly type: 'list' | 'tuple'; readonly items: readonly Expr[] }
  | { readonly type: 'unary'; readonly op: string; readonly of: Expr }
  | { readonly type: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'choice'; readonly test: Expr; readonly then: Expr; readonly orElse: Expr }
  | { readonly type: 'lambda'; readonly params: readonly Parameter[]; readonly body: Expr }
  | {
      readonly type: 'comprehension';
      readonly item: Expr;
      readonly target: Expr;
      readonly over: Expr;
      readonly test: Expr | undefined;
    };

/** An argument of a call: positional, `name=value`, or `*values`. */
export interface Argument {
  readonly name: string | undefined;
  readonly starred: boolean;
  readonly value: Expr;
}

/** A parameter of a function: `x`, `x=1`, or `*rest`. */
export interface Parameter {
  readonly name: string;
  readonly starred: boolean;
  readonly value: Expr | undefined;
}

/** What `except` catches: the class, if it names one, and the name that the exception gets. */
export interface Handler {
  readonly of: Expr | undefined;
  readonly as: string | undefined;
  readonly body: readonly Statement[];
}

/** A statement of the scenario language. */
export type Statement =
  | { readonly type: 'expression'; readonly value: Expr }
  | { readonly type: 'assign'; readonly targets: readonly Expr[]; readonly value: Expr }
  | { readonly type: 'augment'; readonly target: Expr; readonly op: string; readonly value: Expr }
  | { readonly type: 'while'; readonly test: Expr; readonly body: readonly Statement[] }
  | {
      readonly type: 'if';
      readonly test: Expr;
      readonly body: readonly Statement[];
      readonly orElse: readonly Statement[];
    }
  | { readonly type: 'for'; readonly target: Expr; readonly over: Expr; readonly body: readonly Statement[] }
  | {
      readonly type: 'with';
      readonly context: Expr;
      readonly as: Expr | undefined;
      readonly body: readonly Statement[];
    }
  | { readonly type: 'try'; readonly body: readonly Statement[]; readonly handlers: readonly Handler[] }
  | {
      readonly type: 'def';
      readonly name: string;
      readonly params: readonly Parameter[];
      readonly body: readonly Statement[];
      readonly decorators: readonly Expr[];
    }
  | {
      readonly type: 'class';
      readonly name: string;
      readonly base: Expr | undefined;
      readonly body: readonly Statement[];
    }
  | { readonly type: 'return'; readonly value: Expr | undefined }
  | { readonly type: 'raise'; readonly value: Expr }
  | { readonly type: 'global'; readonly names: readonly string[] }
  | { readonly type: 'import'; readonly path: string; readonly as: string }
  | { readonly type: 'pass' };

/** Source that the scenario language has no meaning for. */
export class NotInLanguage extends Error {
  override readonly name: string = 'NotInLanguage';
}
