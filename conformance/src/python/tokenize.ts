import { NotInLanguage } from './ast.ts';

/** What the parser reads. `newline` ends a statement; `indent` and `dedent` bracket a block. */
export interface Token {
  readonly kind: 'name' | 'int' | 'float' | 'string' | 'op' | 'newline' | 'indent' | 'dedent' | 'end';
  readonly text: string;
  readonly line: number;
}

const pattern = new RegExp(
  [
    /(?<space>[ \t]+|\\\n)/,
    /(?<comment>#[^\n]*)/,
    /(?<newline>\n)/,
    /(?<float>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/,
    /(?<int>\d+)/,
    /(?<name>[A-Za-z_]\w*)/,
    /(?<string>'[^'\n]*'|"[^"\n]*")/,
    /(?<op>\*\*=|\/\/=|\.\.\.|\*\*|\/\/|<<|>>|<=|>=|==|!=|[-+*/%@&|^]=|[-+*/%@&|^~<>=()[\]{},:.;])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
);

/** @throws {@link NotInLanguage} */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const indents = [0];
  let line = 1;
  let depth = 0;
  let atStart = true;
  pattern.lastIndex = 0;
  const push = (kind: Token['kind'], text: string): void => {
    tokens.push({ kind, text, line });
  };
  const text = `${source.replace(/\r/g, '').trimEnd()}\n`;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined)
      throw new NotInLanguage(`line ${line}: cannot read ${text.slice(start, start + 20)}`);
    const [kind, found] = Object.entries(groups).find(([, value]) => value !== undefined) as [string, string];
    if (kind === 'newline') {
      if (depth === 0 && !atStart) push('newline', '');
      atStart = depth === 0 ? true : atStart;
      line++;
    } else if (kind !== 'space' && kind !== 'comment') {
      if (atStart) openOrClose(indents, indentAt(text, start), push);
      atStart = false;
      if ('([{'.includes(found)) depth++;
      if (')]}'.includes(found)) depth--;
      push(kind as Token['kind'], found);
    }
  }
  openOrClose(indents, 0, push);
  push('end', '');
  return tokens;
}

function indentAt(text: string, start: number): number {
  return start - (text.lastIndexOf('\n', start - 1) + 1);
}

function openOrClose(
  indents: number[],
  indent: number,
  push: (kind: Token['kind'], text: string) => void,
): void {
  if (indent > indents.at(-1)!) {
    indents.push(indent);
    push('indent', '');
  }
  while (indent < indents.at(-1)!) {
    indents.pop();
    push('dedent', '');
  }
}
