import { compile } from '../language/compile.ts';
import type { Kind } from '../language/kinds.ts';

/** Python's print, as a program would define it. */
const printHelper = `
/** Python's print; reads tensors without blocking, as every backend can. */
async function print(...values: torch.PythonValue[]): Promise<void> {
  const texts = values.map((value) => (value instanceof torch.Tensor ? value.toStringAsync() : value));
  console.log(torch.pythonPrint(...(await Promise.all(texts))));
}`;

/** The cells as one program in plain TypeScript, cell by cell. */
export function typeScriptOf(cells: readonly string[]): readonly string[] {
  let known: ReadonlyMap<string, Kind> = new Map();
  return cells.map((cell, i) => {
    try {
      const { typescript, kinds } = compile(cell, known);
      known = kinds;
      return i === 0 ? `${typescript}\n${printHelper}` : typescript;
    } catch (error) {
      return `// ${error}`;
    }
  });
}
