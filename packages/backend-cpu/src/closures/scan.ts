import { castValue, type DType, dtypeInfo, type Literal, type ScanCombine } from '@taimatsu/core/backend';
import { reader, writer } from '../elements.ts';
import type { ScanRunner } from '../kernels/scan.ts';
import { bufferOf, startOf } from '../memory.ts';
import { identityOf } from '../numeric/identity.ts';
import { logAddExp } from '../numeric/log-add-exp.ts';
import { walk } from './walk.ts';

/** A running combination through closures. */
export function closureScan(combine: ScanCombine, stored: DType, output: DType): ScanRunner {
  const read = reader(stored);
  const write = writer(output);
  const own = dtypeInfo[stored].compute;
  const arg = combine === 'argmax' || combine === 'argmin';
  const dtype = arg ? own : dtypeInfo[output].compute;
  const step = stepOf(combine, dtype);
  const initial = initialOf(combine, dtype);
  return (plan, out, input) => {
    const source = bufferOf(input).data;
    const target = bufferOf(out).data;
    const [outStride, inStride] = plan.strides as [number, number];
    const at = [startOf(out), startOf(input)];
    walk(plan.outer, at, () => {
      let state = initial;
      let found = 0;
      for (let k = 0; k < plan.length; k++) {
        const x = castValue(read(source, at[1]! + k * inStride), own, dtype);
        const next = step(state, x);
        // Where the step keeps the newcomer among equals, the newcomer's place is the result.
        if (arg && isTaken(combine, state, x)) found = k;
        state = next;
        write(target, at[0]! + k * outStride, arg ? BigInt(found) : round(state, dtype));
      }
    });
  };
}

function initialOf(combine: ScanCombine, dtype: DType): Literal {
  if (combine === 'logaddexp') return Number.NEGATIVE_INFINITY;
  return identityOf(combine === 'argmax' ? 'max' : combine === 'argmin' ? 'min' : combine, dtype);
}

function round(value: Literal, dtype: DType): Literal {
  return dtype === 'float32' ? Math.fround(value as number) : value;
}

function isTaken(combine: ScanCombine, best: Literal, x: Literal): boolean {
  if (Number.isNaN(x)) return true;
  return combine === 'argmax' ? x >= best : x <= best;
}

function stepOf(combine: ScanCombine, dtype: DType): (state: Literal, x: Literal) => Literal {
  const float = dtype === 'float32' || dtype === 'float64';
  const typed = (f: (a: never, b: never) => Literal): ((a: Literal, b: Literal) => Literal) =>
    f as (a: Literal, b: Literal) => Literal;
  switch (combine) {
    case 'sum':
      if (float) return typed((a: number, b: number) => a + b);
      if (dtype === 'int64') return typed((a: bigint, b: bigint) => BigInt.asIntN(64, a + b));
      return typed((a: number, b: number) => castValue(a + b, 'int64', dtype));
    case 'prod':
      if (float) return typed((a: number, b: number) => a * b);
      if (dtype === 'int64') return typed((a: bigint, b: bigint) => BigInt.asIntN(64, a * b));
      return typed((a: number, b: number) => castValue(Math.imul(a, b), 'int64', dtype));
    case 'max':
    case 'argmax':
      return (a, b) => (Number.isNaN(b) || b >= a ? b : a);
    case 'min':
    case 'argmin':
      return (a, b) => (Number.isNaN(b) || b <= a ? b : a);
    case 'logaddexp':
      return typed(logAddExp);
  }
}
