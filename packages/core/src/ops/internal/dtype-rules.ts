import { type DType, dtypeInfo, isFloatingPoint } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import type { Expr } from '../../extend/index.ts';

/** Refuses dtypes that PyTorch has no kernel for, naming its kernel. @throws `dtype/not-implemented` */
export function refuse(
  kernel: string,
  what: 'floats' | 'integers' | readonly DType[],
): (dtype: DType) => void {
  return (dtype) => {
    const refused =
      what === 'floats'
        ? isFloatingPoint(dtype)
        : what === 'integers'
          ? !isFloatingPoint(dtype)
          : what.includes(dtype);
    if (refused) fail('dtype/not-implemented', { kernel, dtype: dtypeInfo[dtype].title });
  };
}

/** An expression that leaves integers as they are: what rounding does to them. */
export function identityForIntegers(forward: (x: Expr) => Expr): (x: Expr) => Expr {
  return (x) => (isFloatingPoint(x.dtype) ? forward(x) : x);
}
