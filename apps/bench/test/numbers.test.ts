import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { wanted } from '../../../tools/need.ts';
import { integers, uniform } from '../src/numbers.ts';

const { path, missing } = wanted('pytorch');

describe('numbers that every contestant makes for itself', () => {
  test('are spread evenly over their range', () => {
    const values = uniform(3, 100_000);
    const bins = new Array<number>(10).fill(0);
    for (const x of values) bins[Math.floor((x + 1) * 5)]!++;
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('differ with the seed, and scale', () => {
    expect([...uniform(1, 3)]).not.toEqual([...uniform(2, 3)]);
    expect(Math.max(...uniform(1, 1000, 0.1).map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.1));
  });

  test.skipIf(missing !== undefined)(
    `are the same in Python${missing === undefined ? '' : ` (skipped: ${missing})`}`,
    () => {
      const script = fileURLToPath(new URL('../src/engines/pytorch.py', import.meta.url));
      const code = `
import io, json, sys
sys.stdin = io.StringIO("")
exec(open(${JSON.stringify(script)}).read())
print(json.dumps([tensor_of({"fill": "uniform", "shape": [5], "seed": 7, "scale": 0.5}).tolist(),
                  tensor_of({"fill": "classes", "shape": [9], "seed": 7}).tolist()]))`;
      const lines = execFileSync(path!, ['-c', code], { encoding: 'utf8' }).trim().split('\n');
      expect(JSON.parse(lines.at(-1)!)).toEqual([[...uniform(7, 5, 0.5)], [...integers(7, 9, 10)]]);
    },
  );
});
