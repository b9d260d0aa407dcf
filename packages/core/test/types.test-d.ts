// What the types promise; checked by the type checker alone.
import * as torch from '@taimatsu/core';
import { expectTypeOf } from 'vitest';

const x = torch.ones(2, 3, { requiresGrad: true });

// Methods come from the functions, with their own arguments and results.
expectTypeOf(x.exp()).toEqualTypeOf<torch.Tensor>();
expectTypeOf(x.exp_()).toEqualTypeOf<torch.Tensor>();
expectTypeOf(x.sum(0, { keepdim: true })).toEqualTypeOf<torch.Tensor>();
expectTypeOf(x.split(1)).toEqualTypeOf<torch.Tensor[]>();
expectTypeOf(x.add).parameter(0).toEqualTypeOf<torch.Tensor | number | bigint | boolean>();

// The form of a call decides the form of its result.
expectTypeOf(x.max()).toEqualTypeOf<torch.Tensor>();
expectTypeOf(x.max(1).indices).toEqualTypeOf<torch.Tensor>();
expectTypeOf(x.item()).toEqualTypeOf<number | bigint | boolean>();
expectTypeOf(x.grad).toEqualTypeOf<torch.Tensor | null>();
expectTypeOf(torch.noGrad(() => 1)).toEqualTypeOf<number>();

// Errors carry the detail of their code.
const error: unknown = undefined;
if (torch.isTensorError(error, 'shape/broadcast')) expectTypeOf(error.detail.dim).toEqualTypeOf<number>();

// @ts-expect-error a dtype is one of ten names
torch.zeros(2, { dtype: 'float31' });
// @ts-expect-error shapes are not assigned
x.dtype = 'int64';
// @ts-expect-error no such operation
x.frobnicate();
