export type { ErrorCode } from './catalogue.ts';
export {
  type ErrorDetail,
  type ErrorType,
  fail,
  invariant,
  isTensorError,
  TensorError,
} from './tensor-error.ts';
export { setWarningHandler, type WarningHandler, warn, warnOnce } from './warn.ts';
