import { getDefaultDevice, setWarningHandler, zeros } from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { compareTensor, type Difference } from '../compare/compare.ts';
import { cannotHold } from '../compare/held.ts';
import { Interpreter, raisedText } from '../python/interpreter.ts';
import { codeToRun } from '../scenario/assemble.ts';
import type { Cell, Expectation, Scenario } from '../scenario/schema.ts';
import { withSettings } from './settings.ts';
import { declinedReason, type Verdict, worst } from './verdict.ts';

/** How a cell went, with what it printed. */
export interface CellResult {
  readonly id: string;
  readonly verdict: Verdict;
  /** What it printed, then the exception that ended it. */
  readonly output: string;
  readonly error: string | undefined;
  readonly differences: readonly Difference[];
  /** Why the backend declined. */
  readonly reason?: string;
}

/** How a scenario went on a backend: as well as its worst cell. */
export interface ScenarioResult {
  readonly id: string;
  readonly backend: string;
  /** What ran the kernels, in the backend's own words. */
  readonly executor: string;
  readonly verdict: Verdict;
  readonly milliseconds: number;
  readonly cells: readonly CellResult[];
}

/** Runs a scenario on a backend, cell by cell. Puts the default device and other settings back afterwards. */
export function runScenario(scenario: Scenario, backend: Backend, name: string): Promise<ScenarioResult> {
  return withSettings(backend, async () => {
    const start = performance.now();
    const python = new Interpreter();
    const warnings: string[] = [];
    setWarningHandler((text) => void warnings.push(text));
    const cells: CellResult[] = [];
    for (const cell of scenario.cells) {
      warnings.length = 0;
      const before = cells.find(({ verdict }) => verdict === 'declined');
      const own = onDevice(scenario, scenario.expect[cell.id]!, backend);
      cells.push(before ? leftOut(cell, before) : await runCell(python, cell, own, warnings));
    }
    const verdict = worst(cells.map((cell) => cell.verdict));
    const { executor } = backend.manifest;
    const milliseconds = performance.now() - start;
    return { id: scenario.id, backend: name, executor, verdict, milliseconds, cells };
  });
}

/** With the tag `feature:device` the text names the device: what was recorded on the CPU stands for the one under test. */
function onDevice({ tags }: Scenario, expected: Expectation, { name }: Backend): Expectation {
  if (!tags.includes('feature:device') || expected.output === undefined) return expected;
  return { ...expected, output: expected.output.replace(/\bcpu\b/g, name) };
}

/** A cell that may need what one before it was declined. */
function leftOut({ id }: Cell, before: CellResult): CellResult {
  const reason = `not run after cell ${before.id}: ${before.reason}`;
  return { id, verdict: 'declined', output: '', error: undefined, differences: [], reason };
}

async function runCell(
  python: Interpreter,
  cell: Cell,
  expected: Expectation,
  warnings: readonly string[],
): Promise<CellResult> {
  const { counters } = getDefaultDevice();
  const fallbacks = counters.fallbacks;
  let printed = '';
  let error: string | undefined;
  try {
    printed = await python.run(codeToRun(cell));
    await lateErrors();
  } catch (thrown) {
    const reason = declinedReason(thrown);
    printed = await python.takeOutput();
    if (reason !== undefined) {
      return {
        id: cell.id,
        verdict: 'declined',
        output: trimmed(printed),
        error: undefined,
        differences: [],
        reason,
      };
    }
    error = raisedText(thrown);
  }
  const output = trimmed(printed);
  const differences = [
    ...compareText('output', expected.output, output),
    ...compareText('error', expected.error ?? 'no error', error ?? 'no error'),
    ...compareWarnings(expected.warnings, warnings),
    ...(await compareValues(python, expected)),
  ];
  const passed = counters.fallbacks > fallbacks ? 'pass-by-fallback' : 'pass';
  const values = Object.values(expected.values ?? {});
  const reason =
    differences.length === 0 ? undefined : cannotHold(values, getDefaultDevice().manifest, expected.output);
  if (reason !== undefined)
    return { id: cell.id, verdict: 'declined', output, error, differences: [], reason };
  return { id: cell.id, verdict: differences.length === 0 ? passed : 'fail', output, error, differences };
}

/** Devices that compute later say what went wrong with the next read. */
async function lateErrors(): Promise<void> {
  if (!getDefaultDevice().manifest.syncRead) await zeros([]).itemAsync();
}

function trimmed(printed: string): string {
  return printed.replace(/\n$/, '');
}

async function compareValues(
  python: Interpreter,
  { values = {} }: Expectation,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [name, expected] of Object.entries(values)) {
    try {
      const comparison = await compareTensor(name, expected, python.names.get(name));
      differences.push(...comparison.differences);
    } catch (error) {
      differences.push({
        where: name,
        what: 'error',
        expected: 'a tensor that can be read',
        got: raisedText(error),
      });
    }
  }
  return differences;
}

/** A traceback shows the program's own places: it stands for itself up to its first line. */
function compareWarnings(
  expected: readonly string[] | undefined,
  got: readonly string[],
): readonly Difference[] {
  if (expected === undefined) return [];
  const shown = (texts: readonly string[]): string =>
    texts.map((text) => text.replace(/(Traceback of forward call [^\n]*\n)[\s\S]*/, '$1')).join('\n');
  return compareText('warnings', shown(expected), shown(got));
}

/** Compares printed text after normalising object addresses. */
export function compareText(where: string, expected: string, got: string): readonly Difference[] {
  if (normalise(expected) === normalise(got)) return [];
  return [{ where, what: where === 'error' ? 'error' : 'text', expected, got }];
}

/** Object addresses differ from run to run: `0x7f…` stands for each. Nothing else is touched. */
export function normalise(text: string): string {
  return text.replace(/\b0x[0-9a-f]+/g, '0x7f…');
}
