// table
import type { Tensor } from '@taimatsu/core';
import { afterEach, describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { sliceIndex: slice } = torch;
const zero = (): Tensor => torch.tensor([0n]);

type Kind = 'same' | 'alias' | 'copy';

/** What PyTorch gives for a (2, 3, 4) tensor: the object itself, other tensors of its memory, or a copy; and its strides. */
const facts: readonly (readonly [
  expr: string,
  call: (x: Tensor) => Tensor,
  kind: Kind,
  strides: number[],
])[] = [
  ['x.view(6,4)', (x) => x.view(6, 4), 'alias', [4, 1]],
  ['x.reshape(6,4)', (x) => x.reshape(6, 4), 'alias', [4, 1]],
  ['x.t() if 0 else x.transpose(0,1)', (x) => x.transpose(0, 1), 'alias', [4, 12, 1]],
  ['x.permute(2,0,1)', (x) => x.permute(2, 0, 1), 'alias', [1, 12, 4]],
  ['x.expand(2,3,4)', (x) => x.expand(2, 3, 4), 'alias', [12, 4, 1]],
  ['x[0]', (x) => x.at(0), 'alias', [4, 1]],
  ['x[:,1:]', (x) => x.at(slice(), slice(1, null)), 'alias', [12, 4, 1]],
  ['x[...,None]', (x) => x.at('...', null), 'alias', [12, 4, 1, 1]],
  ['x[torch.tensor([0])]', (x) => x.at(zero()), 'copy', [12, 4, 1]],
  ['x[x>3]', (x) => x.at(x.gt(3)), 'copy', [1]],
  ['x.flatten()', (x) => x.flatten(), 'alias', [1]],
  ['x.transpose(0,1).flatten()', (x) => x.transpose(0, 1).flatten(), 'copy', [1]],
  ['x.squeeze()', (x) => x.squeeze(), 'alias', [12, 4, 1]],
  ['x.unsqueeze(0)', (x) => x.unsqueeze(0), 'alias', [24, 12, 4, 1]],
  ['x.narrow(0,0,1)', (x) => x.narrow(0, 0, 1), 'alias', [12, 4, 1]],
  ['x.select(0,0)', (x) => x.select(0, 0), 'alias', [4, 1]],
  ['x.unbind(0)[0]', (x) => x.unbind(0)[0]!, 'alias', [4, 1]],
  ['x.split(1)[0]', (x) => x.split(1)[0]!, 'alias', [12, 4, 1]],
  ['x.chunk(2)[0]', (x) => x.chunk(2)[0]!, 'alias', [12, 4, 1]],
  ['x.diagonal()', (x) => x.diagonal(), 'alias', [1, 16]],
  ['x.unfold(2,2,1)', (x) => x.unfold(2, 2, 1), 'alias', [12, 4, 1, 1]],
  ['x.T', (x) => x.T, 'alias', [1, 4, 12]],
  ['x.mT', (x) => x.mT, 'alias', [12, 1, 4]],
  ['x.detach()', (x) => x.detach(), 'alias', [12, 4, 1]],
  ['x.contiguous()', (x) => x.contiguous(), 'same', [12, 4, 1]],
  ['x.to(torch.float)', (x) => x.to('float32'), 'same', [12, 4, 1]],
  ['x.float()', (x) => x.float(), 'same', [12, 4, 1]],
  ['x.double()', (x) => x.double(), 'copy', [12, 4, 1]],
  ['x.clone()', (x) => x.clone(), 'copy', [12, 4, 1]],
  ['x.repeat(1,1,1)', (x) => x.repeat(1, 1, 1), 'copy', [12, 4, 1]],
  ['x.flip(0)', (x) => x.flip(0), 'copy', [12, 4, 1]],
  ['x.roll(1)', (x) => x.roll(1), 'copy', [12, 4, 1]],
  ['x.movedim(0,1)', (x) => x.movedim(0, 1), 'alias', [4, 12, 1]],
  ['x.view_as(x)', (x) => x.viewAs(x), 'alias', [12, 4, 1]],
  ['x.expand_as(x)', (x) => x.expandAs(x), 'alias', [12, 4, 1]],
  ['x.as_strided((2,),(1,))', (x) => x.asStrided([2], [1]), 'alias', [1]],
  ['x.swapaxes(0,1)', (x) => x.swapaxes(0, 1), 'alias', [4, 12, 1]],
  ['x.squeeze(0)', (x) => x.squeeze(0), 'alias', [12, 4, 1]],
  ['x.unflatten(0,(1,2))', (x) => x.unflatten(0, [1, 2]), 'alias', [24, 12, 4, 1]],
  ['x.ravel()', (x) => x.ravel(), 'alias', [1]],
  ['torch.broadcast_to(x,(2,2,3,4))', (x) => torch.broadcastTo(x, [2, 2, 3, 4]), 'alias', [0, 12, 4, 1]],
  ['torch.atleast_1d(x)', (x) => torch.atleast1d(x) as Tensor, 'same', [12, 4, 1]],
  ['x.data', (x) => x.data, 'alias', [12, 4, 1]],
  ['x.type(torch.float)', (x) => x.type('float32'), 'same', [12, 4, 1]],
  ['x.tile(1)', (x) => x.tile(1), 'copy', [12, 4, 1]],
  ['x.index_select(0,torch.tensor([0]))', (x) => x.indexSelect(0, zero()), 'copy', [12, 4, 1]],
  ['torch.dropout(x,0.,True)', (x) => torch.functional.dropout(x, 0), 'same', [12, 4, 1]],
  ['F.dropout(x,.5,False)', (x) => torch.functional.dropout(x, 0.5, { training: false }), 'same', [12, 4, 1]],
  ['x.positive()', (x) => x.positive(), 'same', [12, 4, 1]],
  ['x.sum_to_size(2,3,4)', (x) => x.sumToSize(2, 3, 4), 'same', [12, 4, 1]],
  ['torch.as_tensor(x)', (x) => torch.asTensor(x), 'same', [12, 4, 1]],
  ['torch.tensor(x)', (x) => torch.tensor(x), 'copy', [12, 4, 1]],
  ['x.requires_grad_(False)', (x) => x.requiresGrad_(false), 'same', [12, 4, 1]],
  ['x.cpu()', (x) => x.to('cpu'), 'same', [12, 4, 1]],
  ['x.type_as(x)', (x) => x.typeAs(x), 'same', [12, 4, 1]],
];

afterEach(() => torch.setWarningHandler());

describe('memory', () => {
  it.each(facts)('%s', (_, call, kind, strides) => {
    torch.setWarningHandler(() => {});
    const x = torch.arange(24, { dtype: 'float32' }).view(2, 3, 4).clone();
    const y = call(x);
    const got: Kind = y === x ? 'same' : y.storage === x.storage ? 'alias' : 'copy';
    expect([got, y.strides]).toEqual([kind, strides]);
  });
});
