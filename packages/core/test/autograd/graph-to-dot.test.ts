import { describe, expect, test } from 'vitest';
import { torch } from '../setup.ts';

/** The picture with its running numbers replaced: boxes by label, edges by the labels they join. */
function read(dot: string): { boxes: string[]; edges: string[] } {
  const labels = new Map<string, string>();
  const boxes: string[] = [];
  for (const [, id, kind, label] of dot.matchAll(/^ {2}(\w+) \[id=\w+, class=(\w+), .*?label="(.*?)"/gm)) {
    labels.set(id!, label!);
    boxes.push(`${kind}: ${label}`);
  }
  const edges = [...dot.matchAll(/^ {2}(\w+) -> (\w+)/gm)];
  return { boxes, edges: edges.map(([, from, to]) => `${labels.get(from!)} -> ${labels.get(to!)}`) };
}

describe('graphToDot', () => {
  const x = torch.ones(2, 2, { requiresGrad: true });
  const y = x.add(2);
  const out = y.mul(y).mul(3).mean();
  const names = { x, y, out };

  test('draws leaves, functions, saved tensors and the result', () => {
    const { boxes, edges } = read(torch.graphToDot(out, { names }));
    expect(boxes).toEqual([
      'output: out ()',
      'function: MeanBackward0',
      'function: MulBackward0',
      'function: MulBackward0',
      'saved: y (2, 2)',
      String.raw`function: AddBackward0\ny (2, 2)`,
      'function: AccumulateGrad',
      'leaf: x (2, 2)',
    ]);
    expect(edges).toContain('x (2, 2) -> AccumulateGrad');
    expect(edges).toContain('y (2, 2) -> MulBackward0');
  });

  test('shows no saved tensors when asked not to', () => {
    expect(torch.graphToDot(out, { showSaved: false })).not.toContain('orange');
  });

  test('marks what backward has freed', () => {
    expect(out.gradFn!.nextFunctions[0]![0]!.isFreed).toBe(false);
    out.backward();
    expect(out.gradFn!.nextFunctions[0]![0]!.isFreed).toBe(true);
    const { boxes } = read(torch.graphToDot(out));
    expect(boxes.filter((box) => box.startsWith('freed'))).toEqual([
      'freed: MulBackward0',
      'freed: MulBackward0',
    ]);
    expect(boxes.filter((box) => box.startsWith('gone'))).toHaveLength(2);
    expect(boxes.some((box) => box.startsWith('saved'))).toBe(false);
  });

  test('draws a leaf alone, several results at once, and a long chain', () => {
    expect(read(torch.graphToDot(x)).boxes).toEqual(['leaf: (2, 2)']);
    const shared = read(torch.graphToDot([x.exp(), x.neg()])).boxes.filter((box) => box.startsWith('leaf'));
    expect(shared).toEqual(['leaf: (2, 2)']);
    let chain = x;
    for (let i = 0; i < 5000; i++) chain = chain.neg();
    expect(read(torch.graphToDot(chain)).boxes).toHaveLength(5003);
  });

  test('quotes names and tooltips', () => {
    const dot = torch.graphToDot(x, { names: { 'a "b"': x }, tooltip: () => 'one\ntwo' });
    expect(dot).toContain(String.raw`label="a \"b\" (2, 2)", tooltip="one\ntwo"`);
  });
});
