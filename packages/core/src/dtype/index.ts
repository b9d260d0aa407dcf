export { checkedScalar, fits } from './checked-scalar.ts';
export { getDefaultDtype, setDefaultDtype } from './default-dtype.ts';
export {
  type Category,
  type DType,
  type DTypeId,
  type DTypeInfo,
  dtypeInfo,
  dtypes,
  isDType,
  isFloatingPoint,
  isInteger,
} from './dtype.ts';
export {
  fromBFloat16Bits,
  fromFloat16Bits,
  roundToBFloat16,
  roundToFloat16,
  toBFloat16Bits,
  toFloat16Bits,
} from './half.ts';
export { type FloatLimits, finfo, type IntegerLimits, iinfo } from './limits.ts';
export {
  canCast,
  isScalar,
  promoteTypes,
  resultType,
  type Scalar,
  scalarCategory,
  scalarDtype,
  type Typed,
} from './promote.ts';
