import { cpu } from '@taimatsu/backend-cpu';
import * as torch from '@taimatsu/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BindError, bind } from '../../src/torch-call/bind.ts';
import { hasFunction, isKnownOp, knownOps, torchCall } from '../../src/torch-call/call.ts';
import { MissingOp } from '../../src/torch-call/missing.ts';
import { camel, pathOf, row } from '../../src/torch-call/row.ts';
import { PySlice, pyTuple } from '../../src/values.ts';

beforeAll(() => {
  torch.setDefaultDevice(cpu);
});

const float = (...data: number[]): torch.Tensor => torch.tensor(data);
const listOf = (value: unknown): unknown => (value as torch.Tensor).tolist();

describe("binding is Python's", () => {
  const sum = row('input, dim, {keepdim}, *, dtype');

  it.each<[unknown[], object, object]>([
    [['x'], {}, { input: 'x' }],
    [['x', 1, true], {}, { input: 'x', dim: 1, keepdim: true }],
    [['x'], { keepdim: true, dtype: 'float64' }, { input: 'x', keepdim: true, dtype: 'float64' }],
    [['x', null], { device: 'cpu' }, { input: 'x', dim: undefined }],
  ])('%j %j', (args, kwargs, bound) => {
    expect(bind('sum', sum, args, kwargs as never)).toEqual(bound);
  });

  it.each<[unknown[], object, RegExp]>([
    [['x', 1, true, 'float64'], {}, /takes 3 positional arguments but 4 were given/],
    [['x'], { axis: 1 }, /unexpected keyword argument 'axis'/],
    [['x', 1], { dim: 1 }, /multiple values for argument 'dim'/],
  ])('%j %j is refused', (args, kwargs, message) => {
    expect(() => bind('sum', sum, args, kwargs as never)).toThrow(BindError);
    expect(() => bind('sum', sum, args, kwargs as never)).toThrow(message);
  });

  it('gathers variadic arguments, however they come', () => {
    const view = row('input, *shape');
    expect(bind('view', view, ['x', 2, 3], {})).toEqual({ input: 'x', shape: [2, 3] });
    expect(bind('view', view, ['x', [2, 3]], {})).toEqual({ input: 'x', shape: [2, 3] });
    expect(bind('view', view, ['x'], { shape: [2] })).toEqual({ input: 'x', shape: [2] });
  });
});

describe('calls', () => {
  it('put positional arguments, options and reflected operands where they belong', () => {
    const x = torch.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'float32' },
    );
    expect(listOf(torchCall('sum', '', x, [], { dim: 0, keepdim: true }))).toEqual([[4, 6]]);
    expect(listOf(torchCall('add', '', float(1), [float(2)], { alpha: 3 }))).toEqual([7]);
    expect(listOf(torchCall('__rsub__', '', float(1), [float(5)], {}))).toEqual([4]);
    expect(listOf(torchCall('__rdiv__', '', float(2), [float(5)], {}))).toEqual([2.5]);
    expect(listOf(torchCall('clamp', '', float(-1, 9), [null, 3], {}))).toEqual([-1, 3]);
    expect(
      listOf(torchCall('where', '', float(1, 2), [torch.tensor([true, false]), float(8, 9)], {})),
    ).toEqual([1, 9]);
    expect(
      listOf(torchCall('max', 'reduction_with_dim', x, [1], {}) && torchCall('amax', '', x, [], { dim: 1 })),
    ).toEqual([2, 4]);
    expect(listOf(torchCall('std', '', float(1, 2), [false], {}))).toEqual(0.5);
  });

  it('tell a tuple of indices from a list of them', () => {
    const x = torch.arange(9).view(3, 3);
    expect(listOf(torchCall('__getitem__', '', x, [[0, 2]], {}))).toEqual([
      [0n, 1n, 2n],
      [6n, 7n, 8n],
    ]);
    expect(listOf(torchCall('__getitem__', '', x, [pyTuple([0, 2])], {}))).toBe(2n);
    expect(listOf(torchCall('__getitem__', '', x, [[new PySlice(1), 0]], {}))).toEqual([3n, 6n]);
  });
});

describe('names', () => {
  it('are many, and each leads somewhere or is reported', () => {
    expect(knownOps().length).toBeGreaterThan(600);
    expect(isKnownOp('nn.functional.conv2d')).toBe(true);
    expect(isKnownOp('constructor')).toBe(false);
    expect(hasFunction('add')).toBe(true);
  });

  it.each(['jiterator_unary', 'constructor', '__proto__'])('%s is missing', (name) => {
    expect(() => torchCall(name, '', float(1), [], {})).toThrow(MissingOp);
  });

  it('become ours', () => {
    expect(['log_softmax', 'relu_', 'max_pool2d', 'atleast_1d', 'T'].map(camel)).toEqual([
      'logSoftmax',
      'relu_',
      'maxPool2d',
      'atleast1d',
      'T',
    ]);
    expect(pathOf('nn.functional.conv_transpose1d')).toBe('functional.convTranspose1d');
    expect(pathOf('special.log_ndtr')).toBe('special.logNdtr');
  });
});
