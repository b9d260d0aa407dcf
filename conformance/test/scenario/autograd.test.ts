import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadSuite } from '../../src/suite.ts';

const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const suite = loadSuite();
const codes = suite.flatMap(({ cells }) => cells.map(({ code }) => code));

describe('what PyTorch was asked about autograd', () => {
  it('is in the suite, or left out for a reason', () => {
    const { cases } = JSON.parse(text('packages/core/test/fixtures/error-cases.json')) as {
      cases: { autograd: { code: string }[] };
    };
    const reasons: readonly RegExp[] = [
      /numpy|np\./, // arrays of another library
      /deepcopy/, // copying an object deeply
      /Parameter/, // parameters
      /out=torch/, // results written into given tensors
      /set_\(/, // sharing another tensor's storage in place
      /_saved_result/, // what a node keeps, by name
      /backward\(1\.0\)/, // Python's own complaint about iterating a number
    ];
    const missing = cases.autograd
      .map(({ code }) => code)
      .filter((code) => !codes.some((known) => known.startsWith(code.trim())));
    expect(missing.filter((code) => !reasons.some((reason) => reason.test(code)))).toEqual([]);
    for (const reason of reasons) expect(missing.some((code) => reason.test(code))).toBe(true);
  });

  it('has a scenario for every recorded expression of what exists', () => {
    const { nodes } = JSON.parse(text('packages/core/test/fixtures/gradfn-exprs.json')) as {
      nodes: { expr: string }[];
    };
    const missing = nodes.filter(({ expr }) => !codes.includes(`print(node(${expr}))`));
    expect(missing.every(({ expr }) => /^nn\.|complex/.test(expr))).toBe(true);
    expect(nodes.length - missing.length).toBe(300);
  });
});

describe('what differs on purpose', () => {
  const differing = suite.flatMap(({ id, expect: expected }) =>
    Object.values(expected).flatMap(({ differs }) => (differs === undefined ? [] : [{ id, ...differs }])),
  );

  it('is in the ledger with its reason', () => {
    const ledger = text('docs/autograd.md');
    expect(differing.length).toBeGreaterThan(20);
    for (const { id, why } of differing) expect(ledger.includes(why), `${id}: ${why}`).toBe(true);
  });

  it('says what PyTorch does instead', () => {
    for (const { id, why: _, ...instead } of differing)
      expect(Object.keys(instead).length, id).toBeGreaterThan(0);
  });
});
