import type { DType } from '@taimatsu/core';
import { camel } from '../torch-call/row.ts';
import { PyTuple } from '../values.ts';

/** `torch.Size`. */
export class PySize extends PyTuple {}

/** A dtype, as `torch.float32` names it. */
export class PyDType {
  readonly dtype: DType;

  constructor(dtype: DType) {
    this.dtype = dtype;
  }
}

/** `torch`, or something below it that is not known to be more than a name: `torch.nn.functional.relu`. */
export class PyModule {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/** `tensor.name`, to be called. */
export class PyMethod {
  readonly self: unknown;
  readonly name: string;

  constructor(self: unknown, name: string) {
    this.self = self;
    this.name = name;
  }
}

/** The function of ours that a method stands for. */
export function methodOf({ self, name }: PyMethod): (...args: unknown[]) => unknown {
  return (self as Readonly<Record<string, (...args: unknown[]) => unknown>>)[camel(name)]!;
}

/** A context manager: `with` enters it and leaves it. */
export class PyContext {
  /** What `as` binds. */
  readonly enter: () => unknown;
  readonly leave: () => void;

  constructor(enter: () => unknown, leave: () => void) {
    this.enter = enter;
    this.leave = leave;
  }
}

const dtypeNames: Readonly<Record<string, DType>> = {
  bool: 'bool',
  uint8: 'uint8',
  int8: 'int8',
  int16: 'int16',
  short: 'int16',
  int32: 'int32',
  int: 'int32',
  int64: 'int64',
  long: 'int64',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  float32: 'float32',
  float: 'float32',
  float64: 'float64',
  double: 'float64',
};

/** The dtype that `torch.NAME` is, if it is one. */
export function dtypeNamed(name: string): PyDType | undefined {
  const dtype = Object.hasOwn(dtypeNames, name) ? dtypeNames[name] : undefined;
  return dtype === undefined ? undefined : new PyDType(dtype);
}
