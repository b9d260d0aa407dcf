import {
  castValue,
  type EmitTable,
  type Expr,
  type Literal,
  referenceOp,
  render,
  type ScalarOp,
  scalarOps,
} from '@taimatsu/core/backend';

type Closure = () => Literal;

/** An expression as a function of its loads, through core's reference; what is shared is evaluated once a call. */
export function evaluator(root: Expr): (...loads: readonly Literal[]) => Literal {
  let inputs: readonly Literal[] = [];
  let call = 0;
  const table: EmitTable<Closure> = {
    load: (input) => () => inputs[input]!,
    param: (index) => () => inputs[index]!,
    literal: (value) => () => value,
    position: () => () => 0,
    cast: (value, from, to) => () => castValue(value(), from, to),
    ops: Object.fromEntries(
      (Object.keys(scalarOps) as ScalarOp[]).map((op) => [
        op,
        (dtype: Expr['dtype'], ...args: Closure[]): Closure => {
          const f = referenceOp(op, dtype);
          const [a, b, c] = args;
          return () => f(a!(), b?.() ?? 0, c?.() ?? 0);
        },
      ]),
    ) as unknown as EmitTable<Closure>['ops'],
    share: (value) => {
      let seen = -1;
      let known: Literal = 0;
      return () => {
        if (seen !== call) {
          seen = call;
          known = value();
        }
        return known;
      };
    },
  };
  const run = render(root, table);
  return (...loads) => {
    inputs = loads;
    call++;
    return run();
  };
}
