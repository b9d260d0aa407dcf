import * as torch from '@taimatsu/core';

/** True for our tensors. */
export function isTensor(value: unknown): value is torch.Tensor {
  return value instanceof torch.Tensor;
}

/** An int64 tensor from nested lists of integers. */
export function longTensor(list: readonly unknown[]): torch.Tensor {
  return torch.tensor(integers(list), { dtype: 'int64' });
}

type Nested = bigint | Nested[];

function integers(list: readonly unknown[]): Nested[] {
  return list.map((item) => (Array.isArray(item) ? integers(item) : BigInt(Number(item))));
}
