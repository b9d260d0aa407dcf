import { cpu } from '@taimatsu/backend-cpu';
import * as torch from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/python/interpreter.ts';

const prints = (...lines: string[]): Promise<string> => new Interpreter().run(lines.join('\n'));

/** The CPU as a device that can only be read later. */
const later: Backend = {
  ...cpu,
  manifest: { ...cpu.manifest, syncRead: false },
};

beforeEach(() => {
  torch.setDefaultDevice(cpu);
});
afterEach(() => {
  torch.setDefaultDevice(cpu);
});

describe('functions', () => {
  it('have parameters, defaults, a rest, and what was around them', async () => {
    const code = [
      'k = 2',
      'def f(a, b=3, *rest):',
      '  c = a * k + b',
      '  if c > 10: return "big"',
      '  return c, rest',
      'print(f(1), f(1, b=4), f(1, 2, 5, 6), f(9))',
      'k = 10',
      'g = lambda x: x + k',
      'print(g(1), [g(i) for i in range(3) if i != 1], 1 if k > 3 else 2)',
    ];
    expect(await prints(...code)).toBe('(5, ()) (6, ()) (4, (5, 6)) big\n11 [10, 12] 1\n');
  });

  it('change names of their own, or say that they mean the program’s', async () => {
    const code = [
      'n = 1',
      'def f():',
      '  n = 2',
      'def g():',
      '  global n',
      '  n = 3',
      'f()',
      'print(n)',
      'g()',
      'print(n)',
    ];
    expect(await prints(...code)).toBe('1\n3\n');
  });

  it('may be hooks, also where they must not wait', async () => {
    const code = [
      'log = []',
      'x = torch.ones(2, requires_grad=True)',
      'y = x * 3',
      'def show(g):',
      '  print("got", g)',
      '  log.append(("y", g.tolist(), g.sum().item()))',
      '  return g * 2',
      'y.register_hook(show)',
      'y.sum().backward()',
      'print(log, x.grad)',
    ];
    const text = "got tensor([1., 1.])\n[('y', [1.0, 1.0], 2.0)] tensor([6., 6.])\n";
    expect(await prints(...code)).toBe(text);
    torch.setDefaultDevice(later);
    expect(await prints(...code)).toBe(text);
  });
});

describe('classes', () => {
  it('are custom functions', async () => {
    const code = [
      'from torch.autograd.function import once_differentiable',
      'class Twice(torch.autograd.Function):',
      '  @staticmethod',
      '  def forward(ctx, x, k):',
      '    ctx.k = k',
      '    ctx.save_for_backward(x)',
      '    return x * k',
      '  @staticmethod',
      '  @once_differentiable',
      '  def backward(ctx, g):',
      '    x, = ctx.saved_tensors',
      '    print(ctx.needs_input_grad, x, g)',
      '    return g * ctx.k, None',
      'x = torch.ones(1, requires_grad=True)',
      'y = Twice.apply(x, 2)',
      'y.backward()',
      'print(y, x.grad, y.grad_fn.name())',
    ];
    expect(await prints(...code)).toBe(
      '(True, False) tensor([1.], requires_grad=True) tensor([1.])\ntensor([2.], grad_fn=<TwiceBackward>) tensor([2.]) TwiceBackward\n',
    );
  });
});

describe('exceptions', () => {
  it('are raised and caught by their class', async () => {
    const code = [
      'try:',
      '  torch.ones(2).view(3)',
      'except RuntimeError as e:',
      '  print("caught", e)',
      'try:',
      '  raise ValueError("mine")',
      'except Exception as e: print(e)',
    ];
    expect(await prints(...code)).toBe("caught shape '[3]' is invalid for input of size 2\nmine\n");
    await expect(prints('try:\n  raise ValueError("mine")\nexcept TypeError: pass')).rejects.toThrow('mine');
  });
});

it('what a device cannot do is for the runner to see, not for `except`', async () => {
  torch.setDefaultDevice(later);
  const code = [
    'x = torch.ones(2)',
    'try:',
    '  x[x > 0] = torch.ones(2)',
    'except RuntimeError as e: print("caught")',
  ];
  await expect(prints(...code)).rejects.toMatchObject({ code: 'backend/sync-read' });
});
