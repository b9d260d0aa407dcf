import {
  type Expectation,
  type NotebookCell,
  notebookCells,
  type Substitution,
} from '@taimatsu/conformance/notebook';

/** A cell as the page shows it at first. */
export interface PageCell {
  readonly id: string;
  /** What stands beside the cell. */
  readonly title: string;
  readonly code: string;
  /** English for the lines of `code` that are Japanese comments. */
  readonly translations: ReadonlyMap<string, string>;
  readonly note: string | undefined;
  readonly hidden: boolean;
  readonly substitute: Substitution | undefined;
  /** What the document shows below the cell; undefined for cells that are not in it. */
  readonly expect: Expectation | undefined;
}

/** The notebook's cells in the language of this page; each line `//` stands for the next comment of the original. */
const code: Readonly<Record<string, string>> = {
  1: `import * as torch from 'taimatsu'`,
  3: `//\nx = torch.ones(2, 2, { requiresGrad: true })\nprint(x)`,
  9: `//\ny = x + 2\nprint(y)`,
  10: `//\nprint(y.gradFn)`,
  11: `z = y * y * 3\nout = z.mean()\nprint(z, out)`,
  12: `//\na = torch.randn(2, 2)\na = ((a * 3) / (a - 1))\nprint(a.requiresGrad)\na.requiresGrad_(true)\nprint(a.requiresGrad)\nb = (a * a).sum()\nprint(b.gradFn)`,
  13: `out.backward()`,
  14: `out.backward(torch.tensor(1))`,
  15: `//\nout.backward()`,
  18: `x = torch.randn(3, { requiresGrad: true })\ny = x * 2\nwhile (y.data.norm() < 1000)\n  y = y * 2\nprint(y)`,
  20: `//\n//\nprint(x.grad)`,
  21: `v = torch.tensor([0.1, 1.0, 0.0001], { dtype: 'float32' })\n//\ny.backward(v)\n//\nprint(x.grad)`,
  22: `//\nprint(x.requiresGrad)\nprint((x ** 2).requiresGrad)\ntorch.noGrad(() => {\n  print((x ** 2).requiresGrad)\n})`,
  23: `//\nprint(x.requiresGrad)\ny = x.detach()\nprint(y.requiresGrad)\nprint(x.eq(y).all())`,
};

/** What runs in place of the draw without a seed, in this page's language. */
const substitutes: Readonly<Record<string, { readonly of: string; readonly by: string }>> = {
  18: {
    of: 'torch.randn(3, { requiresGrad: true })',
    by: 'torch.tensor([-0.0432246, -0.2897441, -2.2641342], { requiresGrad: true })',
  },
};

const notes: Readonly<Record<string, string>> = {
  13: 'This cell is not in the document. Both cells below fail there, so the graph had been used once before: this is the run that used it.',
};

function pageCell({
  id,
  code: python,
  translation = [],
  hidden = false,
  substitute,
  expect,
}: NotebookCell): PageCell {
  const comments = python
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .map((line) => `// ${line.slice(1)}`);
  const waiting = [...comments];
  return {
    id,
    title: `In [${id}]`,
    code: code[id]!.replace(/^\/\/$/gm, () => waiting.shift()!),
    translations: new Map(comments.map((comment, i) => [comment, translation[i] ?? ''])),
    note: notes[id],
    hidden,
    substitute: substitute && { ...substitute, ...substitutes[id]! },
    expect,
  };
}

export const seedCells: readonly PageCell[] = notebookCells.map(pageCell);

/** A cell for the reader, below the notebook's. */
export const ownCell: PageCell = {
  id: 'yours',
  title: 'Yours',
  code: '// A cell of your own.\nw = x.sin() * x\nw',
  translations: new Map(),
  note: undefined,
  hidden: false,
  substitute: undefined,
  expect: undefined,
};

/** How a cell's outcome compares with the document; addresses differ from run to run and are left out. */
export function agrees(
  { output, error }: { output: string; error: string | undefined },
  expect: Expectation,
): boolean {
  const plain = (text = ''): string => text.replace(/\b0x[0-9a-f]+/g, '0x…').trimEnd();
  return plain(output) === plain(expect.output) && plain(error) === plain(expect.error);
}
