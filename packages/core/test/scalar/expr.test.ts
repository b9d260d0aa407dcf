import { expect, test } from 'vitest';
import {
  type Expr,
  exprKey,
  interpret,
  literal,
  load,
  rewrite,
  s,
  scalarKernel,
  visit,
} from '../../src/scalar/index.ts';

/** x doubled `times` times, each step using the one before twice. */
function doubled(times: number): Expr {
  let value: Expr = load(0, 'float64');
  for (let i = 0; i < times; i++) value = s.add(value, value);
  return value;
}

test('shared parts are walked, written and rewritten once', () => {
  const deep = doubled(200);
  let nodes = 0;
  visit(deep, () => {
    nodes++;
  });
  expect(nodes).toBe(201);
  expect(exprKey(deep).length).toBeLessThan(4000);
  expect(exprKey(rewrite(deep, (node) => node))).toBe(exprKey(deep));
  const kernel = scalarKernel(doubled(8), 'float64');
  expect(interpret(kernel)({ loads: [1], params: [], position: 0 })).toBe(256);
});

test('keys are equal for equal expressions and for no others', () => {
  const x = load(0, 'float32');
  const y = load(1, 'float32');
  expect(exprKey(s.add(x, y))).toBe(exprKey(s.add(load(0, 'float32'), load(1, 'float32'))));
  const different = [
    s.add(x, y),
    s.add(y, x),
    s.sub(x, y),
    s.add(x, x),
    s.add(x, 0),
    s.add(x, -0),
    s.add(load(0, 'float64'), load(1, 'float64')),
    s.add(s.add(x, y), y),
    s.add(x, s.add(y, y)),
    s.cast(s.add(x, y), 'float64'),
    literal(1, 'float32'),
    literal(1, 'float64'),
  ];
  expect(new Set(different.map(exprKey)).size).toBe(different.length);
  expect(scalarKernel(s.add(x, y), 'float32')).toBe(scalarKernel(s.add(x, y), 'float32'));
});
