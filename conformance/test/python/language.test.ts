import { cpu } from '@taimatsu/backend-cpu';
import * as torch from '@taimatsu/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { NotInLanguage } from '../../src/python/ast.ts';
import { Interpreter } from '../../src/python/interpreter.ts';
import { floatRepr } from '../../src/python/show.ts';

beforeAll(() => {
  torch.setDefaultDevice(cpu);
});

const prints = (code: string): Promise<string> => new Interpreter().run(code);

describe('numbers', () => {
  it.each([
    ['print(1, 2.0, 1e16, 1e-5, True, None)', '1 2.0 1e+16 1e-05 True None'],
    ['print(7 // 2, -7 // 2, -7 % 4, 7 / 2, 2 ** 10, -2 ** 2)', '3 -4 1 3.5 1024 -4'],
    ['print(1 + 2 * 3 - 4, (1 + 2) * 3, 2 ** 3 ** 2)', '3 9 512'],
    ['print(1 < 2, not 1 < 2, 1 < 2 and 2 < 1, 0 or 5, 1 == 1.0)', 'True False False 5 True'],
    ['print((1,), (1, 2.5), [1, [2]], "a")', '(1,) (1, 2.5) [1, [2]] a'],
    ['a = b = 3\nb += 2\nprint(a, b)', '3 5'],
    ['a, (b, c) = 1, (2, 3)\nprint(c, b, a)', '3 2 1'],
  ])('%s', async (code, text) => {
    expect(await prints(code)).toBe(`${text}\n`);
  });

  it.each([
    [0.1, '0.1'],
    [100, '100.0'],
    [-0, '-0.0'],
    [1.5e-7, '1.5e-07'],
    [0.00012, '0.00012'],
    [123456789012345680, '1.2345678901234568e+17'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%d is %s', (value, text) => {
    expect(floatRepr(value)).toBe(text);
  });
});

describe('statements', () => {
  it('loop and branch', async () => {
    const code = [
      'i = 0',
      'while i < 3:',
      '    if i == 1:',
      '        print("one")',
      '    else:',
      '        print(i)  # not one',
      '',
      '    i += 1',
      'for k in range(2): print(k); print(-k)',
    ].join('\n');
    expect(await prints(code)).toBe('0\none\n2\n0\n0\n1\n-1\n');
  });

  it('restore the gradient mode when a with block throws', async () => {
    const code = 'with torch.no_grad():\n    torch.ones(2).view(3)';
    await expect(prints(code)).rejects.toThrow(torch.TensorError);
    expect(torch.isGradEnabled()).toBe(true);
  });

  it('keep what was printed before an error', async () => {
    const python = new Interpreter();
    await expect(python.run('print(1)\ntorch.ones(2).view(3)\nprint(2)')).rejects.toThrow();
    expect(await python.takeOutput()).toBe('1\n');
  });
});

describe('tensors', () => {
  it.each([
    [
      'x = torch.arange(6).view(2, 3)\nprint(x[1, 0], x[:, 1], x[0].tolist(), x[..., -1].shape)',
      'tensor(3) tensor([1, 4]) [0, 1, 2] torch.Size([2])',
    ],
    [
      'x = torch.tensor([1, 2]); print(x.dtype, (x + 1.5).dtype, x.float().dtype)',
      'torch.int64 torch.float32 torch.float32',
    ],
    ['x = torch.tensor([1., 2.])\nx[0] = 5\nx[1:] *= 3\nprint(x, len(x), x.size(0))', 'tensor([5., 6.]) 2 2'],
    [
      'x = torch.tensor(2.5); print(x.item(), float(x), int(x), x > 2, bool(x > 3))',
      '2.5 2.5 2 tensor(True) False',
    ],
    [
      'print(1 - torch.tensor([1, 2]), 2 < torch.tensor([1, 3]), -torch.tensor([4]))',
      'tensor([ 0, -1]) tensor([False,  True]) tensor([-4])',
    ],
    ['v, i = torch.tensor([3., 1.]).sort()\nprint(v, i)', 'tensor([1., 3.]) tensor([1, 0])'],
    ['import torch as t\nprint(t.zeros(2, dtype=t.int64))', 'tensor([0, 0])'],
  ])('%s', async (code, text) => {
    expect(await prints(code)).toBe(`${text}\n`);
  });
});

it.each([
  'class A: pass',
  'print(nothing)',
  'x = {1: 2}',
  'import numpy',
  'print(1',
  'if 1:\nprint(1)',
  'x = 1 $ 2',
])('refuses %s', async (code) => {
  await expect(prints(code)).rejects.toThrow(NotInLanguage);
});
