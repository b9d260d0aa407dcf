import {
  type DType,
  type EmitTable,
  render,
  type Expr as ScalarExpr,
  type ScalarOp,
  scalarOps,
} from '@taimatsu/core/backend';
import { type Expr, i64 } from '../asm/index.ts';
import type { Family } from './family.ts';

/** Where an expression finds what it reads. */
export interface Places {
  /** The named value of input number `input`. */
  load(input: number, stored: DType): Expr;
  /** Launch scalars, as they arrive. */
  readonly params: readonly Expr[];
  /** The element's position, an i32. */
  readonly position?: Expr<'i32'>;
}

const ops = Object.keys(scalarOps) as ScalarOp[];

/** The code of an expression; every part of it is named. */
export function emitExpression(fam: Family, root: ScalarExpr, places: Places): Expr {
  const { f } = fam;
  const loads = new Map<number, Expr>();
  const spread = new Map<number, Expr>();
  const emit: EmitTable<Expr> = {
    load: (input, stored) => {
      const known = loads.get(input) ?? f.let(places.load(input, stored));
      loads.set(input, known);
      return known;
    },
    param: (index, dtype) => {
      if (fam.name === 'scalar') return places.params[index]!;
      const known =
        spread.get(index) ?? f.hoist(`param ${index} ${dtype}`, fam.spread(places.params[index]!, dtype));
      spread.set(index, known);
      return known;
    },
    literal: (value, dtype) => fam.literal(value, dtype),
    position: (dtype) => (dtype === 'int64' ? f.let(i64.extend_i32_u(places.position!)) : places.position!),
    cast: (value, from, to) => f.let(fam.cast(value, from, to)),
    ops: Object.fromEntries(
      ops.map((op) => [op, (dtype: DType, ...args: Expr[]) => f.let(fam.apply(op, dtype, args))]),
    ) as unknown as EmitTable<Expr>['ops'],
  };
  return render(root, emit);
}
