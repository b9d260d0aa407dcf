import {
  type DType,
  type Literal,
  type Expr as ScalarExpr,
  type ScalarOp,
  scalarOps,
  visit,
} from '@taimatsu/core/backend';
import {
  type Expr,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  type ScalarType,
} from '../asm/index.ts';
import { f32Lanes, f32x4Lanes, f64Lanes, f64x2Lanes } from '../lanes/index.ts';
import { castLanes, castScalar } from './cast.ts';
import { floatOps, type Lanes } from './float-ops.ts';
import { boolOps, intOps, laneBoolOps, laneIntOps, wrap } from './int-ops.ts';

/** How many elements a kernel's code handles at once: one of anything, four of 32 bits, two of 64. */
export type FamilyName = 'scalar' | 'quad' | 'pair';

/** Arithmetic on values of every dtype that a family has; bound to the function under construction. */
export interface Family {
  readonly name: FamilyName;
  readonly count: number;
  readonly f: FunctionBuilder;
  literal(value: Literal, dtype: DType): Expr;
  /** A launch scalar, which arrives as one wasm value. */
  spread(value: Expr, dtype: DType): Expr;
  cast(value: Expr, from: DType, to: DType): Expr;
  apply(op: ScalarOp, dtype: DType, args: Expr[]): Expr;
  floats(dtype: DType): Lanes;
}

/** The wasm type of a value of an arithmetic dtype. */
export function scalarType(dtype: DType): ScalarType {
  if (dtype === 'int64') return 'i64';
  return dtype === 'float64' ? 'f64' : dtype === 'float32' ? 'f32' : 'i32';
}

const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

function scalarLiteral(value: Literal, dtype: DType): Expr {
  const type = scalarType(dtype);
  if (type === 'i64') return i64.const(BigInt(value));
  return { i32, f32, f64 }[type].const(Number(value));
}

/** Adds up the names that a family's emit functions may be asked for. */
export function family(name: FamilyName, f: FunctionBuilder): Family {
  return name === 'scalar' ? scalarFamily(f) : laneFamily(name, f);
}

function scalarFamily(f: FunctionBuilder): Family {
  const single = f32Lanes(f) as unknown as Lanes;
  const double = f64Lanes(f) as unknown as Lanes;
  const floats = (dtype: DType): Lanes => (dtype === 'float64' ? double : single);
  return {
    name: 'scalar',
    count: 1,
    f,
    floats,
    literal: scalarLiteral,
    spread: (value) => value,
    cast: (value, from, to) => castScalar(f, value, from, to),
    apply: (op, dtype, args) => {
      const [a, b, c] = args as [Expr<'i32'>, Expr<'i32'>, Expr<'i32'>];
      if (dtype === 'bool') return boolOps[op]!(a, b, c);
      if (isFloat(dtype)) return floatOps[op]!.emit(floats(dtype), ...args);
      if (dtype === 'int64') return intOps[op]!(i64 as unknown as typeof i32, f, a, b, c);
      const value = intOps[op]!(i32, f, a, b, c);
      return scalarOps[op].signature === 'compare' ? value : wrap(value, dtype);
    },
  };
}

function laneFamily(name: 'quad' | 'pair', f: FunctionBuilder): Family {
  const quad = name === 'quad';
  const lanes = (quad ? f32x4Lanes(f) : f64x2Lanes(f)) as unknown as Lanes;
  const ints = (quad ? i32x4 : i64x2) as unknown as typeof i32x4 & typeof i64x2;
  const splat = (value: Expr, dtype: DType): Expr<'v128'> => {
    if (isFloat(dtype)) return quad ? f32x4.splat(value as Expr<'f32'>) : f64x2.splat(value as Expr<'f64'>);
    if (dtype !== 'bool') return quad ? i32x4.splat(value as Expr<'i32'>) : i64x2.splat(value as Expr<'i64'>);
    const flag = i32.sub(0, value as Expr<'i32'>);
    return quad ? i32x4.splat(flag) : i64x2.splat(i64.extend_i32_s(flag));
  };
  return {
    name,
    count: quad ? 4 : 2,
    f,
    floats: () => lanes,
    literal: (value, dtype) =>
      f.hoist(
        `${dtype} ${Object.is(value, -0) ? '-0' : String(value)}`,
        splat(scalarLiteral(value, dtype), dtype),
      ),
    spread: splat,
    cast: (value, from, to) => castLanes(f, quad, value as Expr<'v128'>, from, to),
    apply: (op, dtype, args) => {
      const [a, b, c] = args as [Expr<'v128'>, Expr<'v128'>, Expr<'v128'>];
      if (dtype === 'bool') return laneBoolOps[op]!(a, b, c);
      return isFloat(dtype) ? floatOps[op]!.emit(lanes, ...args) : laneIntOps[op]!(ints, a, b, c);
    },
  };
}

const quadStored: ReadonlySet<DType> = new Set(['float32', 'int32', 'bool', 'float16', 'bfloat16']);
const quadComputed: ReadonlySet<DType> = new Set(['float32', 'int32', 'bool']);
const pairStored: ReadonlySet<DType> = new Set(['float64', 'int64', 'bool']);

/** The widest family that can do all of some expressions and of the dtypes they are stored in. */
export function familyFor(bodies: readonly ScalarExpr[], stored: readonly DType[]): FamilyName {
  const quad =
    bodies.every((body) => fits(body, quadStored, quadComputed)) && stored.every((d) => quadStored.has(d));
  // A kernel of bools alone would be four lanes of a byte each.
  const wide = stored.some((dtype) => dtype !== 'bool');
  if (quad && wide) return 'quad';
  const pair =
    bodies.every((body) => fits(body, pairStored, pairStored)) && stored.every((d) => pairStored.has(d));
  return pair && wide ? 'pair' : 'scalar';
}

function fits(body: ScalarExpr, stored: ReadonlySet<DType>, computed: ReadonlySet<DType>): boolean {
  let good = true;
  visit(body, (node) => {
    if (!computed.has(node.dtype) || node.kind === 'position') good = false;
    else if (node.kind === 'load') good &&= stored.has(node.stored);
    else if (node.kind === 'cast') good &&= castLanes.supports(node.arg.dtype, node.dtype);
    else if (node.kind === 'apply') {
      const { dtype } = node.args.at(-1)!;
      if (dtype === 'bool') good &&= laneBoolOps[node.op] !== undefined;
      else if (isFloat(dtype)) good &&= floatOps[node.op]?.scalarOnly !== true;
      else good &&= laneIntOps[node.op] !== undefined;
    }
  });
  return good;
}

/** True for operations whose code is long. */
export function isHeavyNode(node: ScalarExpr): boolean {
  return node.kind === 'apply' && isFloat(node.args.at(-1)!.dtype) && floatOps[node.op]?.heavy === true;
}

/** True for expressions whose code is long: a loop holds them once. */
export function isHeavy(body: ScalarExpr): boolean {
  let nodes = 0;
  let heavy = false;
  visit(body, (node) => {
    nodes++;
    heavy ||= isHeavyNode(node);
  });
  return heavy || nodes > 16;
}
