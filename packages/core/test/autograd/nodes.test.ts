import { readFileSync } from 'node:fs';
import type { Node } from '@taimatsu/core';
import { afterEach, describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';
import { differences } from './differences.ts';
import { expressions, type Operands } from './expressions.ts';

interface RecordedNode {
  readonly expr: string;
  /** The name of the backward node; null where there is none. */
  readonly node: string | null;
  readonly next?: readonly (readonly [name: string, outputNr: number] | null)[];
}

/** What record.py wrote. */
const { nodes }: { readonly nodes: readonly RecordedNode[] } = JSON.parse(
  readFileSync(new URL('../fixtures/gradfn-exprs.json', import.meta.url), 'utf8'),
);

/** Expressions of functions that are not here yet, by the function's name. */
const missing: { readonly [name: string]: RegExp } = {
  complex: /^torch\.complex/,
  Linear: /^nn\./,
};

function operands(): Operands {
  torch.manualSeed(0);
  const x = torch.rand([3, 3], { requiresGrad: true }).add(1);
  const l = torch.rand([3, 3], { requiresGrad: true });
  return { x, l, v: torch.rand([3], { requiresGrad: true }), i: torch.tensor([0n, 1n]) };
}

function described(expr: string, node: Node | null): RecordedNode {
  if (node === null) return { expr, node: null };
  return {
    expr,
    node: node.name,
    next: node.nextFunctions.map(([next, outputNr]) => (next === null ? null : [next.name, outputNr])),
  };
}

function expected(recorded: RecordedNode): RecordedNode {
  const { node, next } = differences.find(({ expr }) => expr === recorded.expr) ?? {};
  return { ...recorded, ...(node === undefined ? {} : { node }), ...(next === undefined ? {} : { next }) };
}

afterEach(() => torch.setWarningHandler());

describe('backward nodes', () => {
  const covered = nodes.filter(({ expr }) => expr in expressions);
  it.each(covered.map((recorded) => [recorded.expr, recorded] as const))('%s', (expr, recorded) => {
    torch.setWarningHandler(() => {});
    expect(described(expr, expressions[expr]!(operands()).gradFn)).toEqual(expected(recorded));
  });

  it('cover every recorded expression of what exists, and no other', () => {
    const exprs = nodes.map(({ expr }) => expr);
    expect(exprs).toHaveLength(308);
    expect(Object.keys(expressions).filter((expr) => !exprs.includes(expr))).toEqual([]);
    const left = exprs.filter((expr) => !(expr in expressions));
    expect(left.filter((expr) => !Object.values(missing).some((pattern) => pattern.test(expr)))).toEqual([]);
    const present = (name: string): boolean =>
      name in torch || name in torch.functional || name in torch.Tensor.prototype;
    expect(Object.keys(missing).filter(present)).toEqual([]);
  });

  it('that differ are listed in the documentation', () => {
    const page = readFileSync(new URL('../../../../docs/autograd.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.includes('Backward'));
    const cell = (node: string, next: RecordedNode['next'] = []): string =>
      `\`${node}\` ← ${next.map((entry) => (entry === null ? '–' : `\`${entry[0]}\``)).join(', ')}`;
    const wanted = differences.map(({ expr, reason, ...here }) => {
      const recorded = nodes.find((entry) => entry.expr === expr)!;
      const both = [recorded, { ...recorded, ...here }].map(({ node, next }) => cell(node!, next));
      return `| \`${expr}\` | ${both.join(' | ')} | ${reason} |`;
    });
    expect(rows).toEqual(wanted);
  });

  it('differ from the recorded ones only where the table says so', () => {
    for (const { expr, node, next } of differences) {
      const recorded = nodes.find((entry) => entry.expr === expr);
      expect({ ...recorded, node: node ?? recorded?.node, next: next ?? recorded?.next }).not.toEqual(
        recorded,
      );
    }
  });
});
