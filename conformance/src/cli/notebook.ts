import colors from 'picocolors';
import type { Host } from '../host/host.ts';
import { withHost } from '../host/open.ts';
import { describeDifference } from '../report/differences.ts';
import { count, highlight, mark } from '../report/style.ts';
import type { CellResult, ScenarioResult } from '../run/run-scenario.ts';
import type { Cell, Scenario } from '../scenario/schema.ts';
import { loadSuite } from '../suite.ts';

const width = 8;
const bar = colors.dim('│');

export interface NotebookOptions {
  readonly backend: string;
  readonly host: string;
}

/** `notebook`: the seed notebook, cell by cell, then the same cells under seeds. Gives the exit code. */
export function notebook({ backend, host }: NotebookOptions): Promise<number> {
  return withHost(host, backend, replayNotebook);
}

async function replayNotebook(host: Host): Promise<number> {
  const { name, executor } = host.backends[0]!;
  const suite = loadSuite();
  const seed = suite.find(({ id }) => id === 'notebook/seed')!;
  const result = await host.runScenario(seed, name);
  console.log(
    `\n${colors.bold('The seed notebook')} ${colors.dim(`on ${name} (${executor}): each cell's own Python, run on Taimatsu's tensors`)}\n`,
  );
  for (const [i, cell] of seed.cells.entries()) console.log(showCell(cell, result.cells[i]!));

  const seeded = suite.filter(({ id }) => id.startsWith('notebook/seed-'));
  const others: ScenarioResult[] = [];
  for (const scenario of seeded) others.push(await host.runScenario(scenario, name));
  const all = [result, ...others];
  console.log(summary(seed, result, others, seeded[0]!));
  for (const { id, cells } of others) {
    for (const cell of cells)
      if (cell.verdict === 'fail') console.log(failure(`${id} cell ${cell.id}`, cell));
  }
  return all.every(({ verdict }) => verdict === 'pass' || verdict === 'pass-by-fallback') ? 0 : 1;
}

function showCell(cell: Cell, result: CellResult): string {
  const lines = [...codeLines(cell), ...notes(cell)];
  const label =
    cell.hidden === true
      ? colors.dim(`(${cell.id})`.padStart(width - 1))
      : `In [${cell.id}]`.padStart(width - 1);
  const code = lines.map(
    (line, i) => `${i === 0 ? colors.bold(label) : ' '.repeat(width - 1)} ${bar} ${line}`,
  );
  return [...code, ...outputLines(result)].join('\n').concat('\n');
}

/** The code with each Japanese comment's translation under it. */
function codeLines({ code, translation = [] }: Cell): string[] {
  const translations = [...translation];
  return code.split('\n').flatMap((line) => {
    const translated = line.startsWith('#') ? translations.shift() : undefined;
    return [
      highlight(line),
      ...(translated === undefined ? [] : [colors.dim(colors.italic(`# ${translated}`))]),
    ];
  });
}

function notes({ note, substitute }: Cell): string[] {
  const replaced = substitute === undefined ? [] : [`${substitute.why}: ${substitute.by}`];
  return [...(note === undefined ? [] : [note]), ...replaced].map((text) => colors.dim(`# ${text}`));
}

function outputLines({ verdict, output, error, differences, reason }: CellResult): string[] {
  const printed = [output, error, reason].filter((text) => text !== undefined && text !== '').join('\n');
  const shown =
    printed === '' ? colors.dim('no output') : error === undefined ? printed : colors.red(printed);
  const [first = '', ...rest] = shown.split('\n');
  const lines = [
    ` ${mark(verdict)} ${bar} ${first}`,
    ...rest.map((line) => `${' '.repeat(width)}${bar} ${line}`),
  ];
  const wrong = differences.map(describeDifference).flatMap((text) => text.split('\n'));
  return [...lines, ...wrong.map((line) => `${' '.repeat(width)}${bar} ${colors.red(line)}`)];
}

function passedCells(results: readonly ScenarioResult[]): string {
  const cells = results.flatMap((result) => result.cells);
  const passed = cells.filter(({ verdict }) => verdict.startsWith('pass')).length;
  const text = `${passed} of ${count(cells.length, 'cell')}`;
  return passed === cells.length ? colors.green(text) : colors.red(text);
}

function summary(
  seed: Scenario,
  result: ScenarioResult,
  others: readonly ScenarioResult[],
  one: Scenario,
): string {
  const time = (results: readonly ScenarioResult[]): string =>
    colors.dim(`${results.reduce((sum, { milliseconds }) => sum + milliseconds, 0).toFixed(0)} ms`);
  const hidden = seed.cells.filter((cell) => cell.hidden === true).length;
  return [
    `${passedCells([result])} as the notebook shows them, ${hidden} of them hidden there  ${time([result])}`,
    `${passedCells(others)} as ${one.provenance.source} prints them under manual_seed(0) to manual_seed(${others.length - 1})  ${time(others)}\n`,
  ].join('\n');
}

function failure(title: string, { differences }: CellResult): string {
  return `${colors.red(title)}\n${differences.map(describeDifference).join('\n')}`;
}
