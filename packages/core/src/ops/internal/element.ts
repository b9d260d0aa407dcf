import type { ElementArray } from '../../backend/index.ts';
import { type DType, fromBFloat16Bits, fromFloat16Bits, type Scalar } from '../../dtype/index.ts';

/** An element in memory form as the value it stands for. */
export function elementValue(elements: ElementArray, i: number, dtype: DType): Scalar {
  const raw = elements[i]!;
  switch (dtype) {
    case 'bool':
      return raw !== 0;
    case 'float16':
      return fromFloat16Bits(raw as number);
    case 'bfloat16':
      return fromBFloat16Bits(raw as number);
    default:
      return raw;
  }
}
