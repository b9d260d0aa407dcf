export { type Builder, s } from './builder.ts';
export {
  type Apply,
  apply,
  type Cast,
  type Const,
  cast,
  type Expr,
  exprKey,
  type Literal,
  type Load,
  literal,
  load,
  type Param,
  type Position,
  param,
  position,
  rewrite,
  visit,
} from './expr.ts';
export { computeDtype, operandsOf, paramsOf, type ScalarKernel, scalarKernel } from './kernel.ts';
export { lower, type ShaderDType, type ShaderTarget, shaderDType, shaderLiteral } from './lower.ts';
export { castValue, toInt32, toInt64, wrapInt } from './reference/cast.ts';
export { type Environment, interpret, referenceOp } from './reference/evaluate.ts';
export * as floatMath from './reference/float.ts';
export * as specialMath from './reference/special.ts';
export { type EmitTable, render } from './render.ts';
export { type Domain, type ScalarOp, type Signature, scalarOps } from './vocabulary.ts';
