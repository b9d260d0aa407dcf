import { load, lower, type ScalarOp, s, scalarOps, visit } from '@taimatsu/core/backend';
import { describe, expect, test } from 'vitest';
import { applied, wrong } from './agreement.ts';
import { onTarget, targets } from './target.ts';

const ops = (Object.keys(scalarOps) as ScalarOp[]).filter(
  (op) => scalarOps[op].signature !== 'select' && scalarOps[op].domain !== 'int',
);

const described = Object.entries(targets);

describe.each(described)('float32 on a target that is %s', (name, liberties) => {
  test.each(ops)('%s', (op) => {
    expect(wrong(op, onTarget(lower(applied(op)), liberties), name !== 'exact')).toBeUndefined();
  });
});

describe('float32', () => {
  test('a value compared with itself is tested for NaN', () => {
    const x = load(0, 'float32');
    expect(onTarget(lower(s.ne(x, x)), targets.high!)(Number.NaN)).toBe(true);
    const ops: string[] = [];
    visit(lower(s.eq(x, x)), (node) => {
      if (node.kind === 'apply') ops.push(node.op);
    });
    expect(ops).toEqual(['isnan', 'not']);
  });

  test('what the target does exactly stays', () => {
    const x = load(0, 'float32');
    expect(lower(s.exp(x), { exact: new Set(['exp'] as const) })).toEqual(s.exp(x));
  });
});
