import { describe, expect, test } from 'vitest';
import { compile, namesIn } from '../src/language/compile.ts';
import type { Kind } from '../src/language/kinds.ts';

const typescript = (code: string, known: Readonly<Record<string, Kind>> = {}): string =>
  compile(code, new Map(Object.entries(known))).typescript;

describe('operators', () => {
  const known: Readonly<Record<string, Kind>> = { x: 'tensor', y: 'tensor', a: 'tensor', n: 'plain' };
  test.each([
    ['x + 2', 'x.add(2)'],
    ['2 - x', 'x.rsub(2)'],
    ['1 / x', 'x.reciprocal().mul(1)'],
    ['2 ** x', 'torch.pow(2, x)'],
    ['1 < x', 'x.gt(1)'],
    ['y * y * 3', 'y.mul(y).mul(3)'],
    ['((a * 3) / (a - 1))', 'a.mul(3).div(a.sub(1))'],
    ['(x ** 2).sum()', 'x.pow(2).sum()'],
    ['-x + ~y', 'x.neg().add(y.bitwiseNot())'],
    ['x += 1', 'x.add_(1)'],
    ['x.grad *= n', 'x.grad.mul_(n)'],
    ['n * 2 + 1', 'n * 2 + 1'],
    ['x.shape[0] * 2', 'x.shape[0] * 2'],
    ['x * (n + 1)', 'x.mul(n + 1)'],
    ['x === y', 'x === y'],
    ['{ n }', '{ n }'],
    ["'a' + n", "'a' + n"],
  ])('%s', (code, expected) => {
    expect(typescript(code, known)).toBe(expected);
  });
});

describe('reading', () => {
  test.each([
    [
      'while (y.data.norm() < 1000) y = y * 2',
      'while (await y.data.norm().lt(1000).itemAsync()) y = y.mul(2)',
    ],
    ['if (!(y > 0).all() && n < 3) n += 1', 'if (!(await y.gt(0).all().itemAsync()) && n < 3) n += 1'],
    ['n = y.sum().item() + 1', 'n = await y.sum().itemAsync() + 1'],
    ['print(y.sum().item().toFixed(2))', 'await print((await y.sum().itemAsync()).toFixed(2))'],
    ['torch.noGrad(() => { print(y * 2) })', 'torch.noGrad(() => { print(y.mul(2)) })'],
  ])('%s', (code, expected) => {
    expect(typescript(code, { y: 'tensor', n: 'plain' })).toBe(expected);
  });

  test('asks for `async` where a function cannot wait', () => {
    expect(() => compile('f = () => x.item()')).toThrow('write `async` before the function');
    expect(typescript('f = async () => x.item()', { f: 'plain' })).toBe(
      'f = async () => await x.itemAsync()',
    );
  });
});

describe('names', () => {
  test('are declared where they first appear', () => {
    expect(typescript('y = x + 2\ny = y * 2')).toBe('let y = x.add(2)\ny = y.mul(2)');
    expect(typescript('if (n > 1) { z = 1 }', { n: 'plain' })).toBe('let z;\nif (n > 1) { z = 1 }');
    expect(typescript('y = 1', { y: 'tensor' })).toBe('y = 1');
  });

  test('become the notebook’s when a cell runs', () => {
    const { run } = compile(
      "import * as torch from 'taimatsu'\nconst [a, b] = f(1)\nlet i\nfunction g() {}\na",
    );
    expect(run).toContain('torch = await load("taimatsu")');
    expect(run).toContain('([a, b] = f(1))');
    expect(run).toContain('(i = undefined)');
    expect(run).toContain('g = function g() {}');
    expect(run).toMatch(/return \(a\n\)$/);
  });

  test('have the kind of what was assigned last', () => {
    const { kinds } = compile('n = 3\nx = torch.ones(n)\nm = n * 2');
    expect(Object.fromEntries(kinds)).toEqual({ n: 'plain', x: 'tensor', m: 'plain' });
  });

  test('are found in the order of their last use', () => {
    expect(namesIn("// x\nz = y * y\nprint(z.mean(), 'w')")).toEqual(['y', 'print', 'z']);
  });
});

test('what cannot be parsed is a SyntaxError', () => {
  expect(() => compile('x = ')).toThrow(SyntaxError);
});
