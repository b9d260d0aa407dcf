export type { PrintElement } from './elements.ts';
export { formatGathered, formatTensor, type PrintExtras, type PrintSource } from './format-tensor.ts';
export {
  getPrintOptions,
  type PrintOptionChanges,
  type PrintOptions,
  type PrintProfile,
  setPrintOptions,
  withPrintOptions,
} from './options.ts';
export { formatFixed, formatScientific, pythonRepr } from './printf.ts';
export {
  formatNestedItems,
  formatReturnType,
  formatScalarItem,
  formatSize,
  type NestedElements,
  PythonFloat,
  PythonTuple,
  type PythonValue,
  pythonPrint,
  pythonStr,
} from './python.ts';
export { printedIndices } from './summary.ts';
