import type { Cell, Scenario, ScenarioEntry, SuiteFile } from './schema.ts';

/** A suite that does not hang together: an id used twice, a cell without an expectation. */
export class SuiteError extends Error {
  override readonly name: string = 'SuiteError';
}

/** Puts files together into scenarios. @throws {@link SuiteError} */
export function assemble(files: readonly SuiteFile[]): readonly Scenario[] {
  const programs = new Map(files.flatMap(({ programs: own = {} }) => Object.entries(own)));
  const scenarios = files.flatMap((file) => file.scenarios.map((entry) => scenarioOf(file, entry, programs)));
  const ids = scenarios.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new SuiteError(`${twice} is the id of two scenarios`);
  return scenarios;
}

function scenarioOf(
  { level, provenance, setup: shared }: SuiteFile,
  entry: ScenarioEntry,
  programs: ReadonlyMap<string, readonly Cell[]>,
): Scenario {
  const { id, title, tags = [], program, setup = shared, verbatim = false } = entry;
  const own = entry.cells ?? (program === undefined ? undefined : programs.get(program));
  if (own === undefined) throw new SuiteError(`${id} has no cells and names no program that exists`);
  const written: readonly Cell[] = verbatim ? own.map(({ substitute: _, ...cell }) => cell) : own;
  const cells: readonly Cell[] =
    setup === undefined ? written : [{ id: 'setup', code: setup, hidden: true }, ...written];
  const expect = setup === undefined ? entry.expect : { setup: { output: '' }, ...entry.expect };
  const missing = cells.find((cell) => expect[cell.id] === undefined);
  if (missing !== undefined) throw new SuiteError(`${id} expects nothing of its cell ${missing.id}`);
  const unknown = Object.keys(expect).find((cell) => !cells.some((c) => c.id === cell));
  if (unknown !== undefined)
    throw new SuiteError(`${id} expects something of a cell ${unknown} that it has not`);
  for (const { id: cell, code, substitute } of cells) {
    if (substitute !== undefined && !code.includes(substitute.of)) {
      throw new SuiteError(`${id} cell ${cell} replaces what it does not contain: ${substitute.of}`);
    }
  }
  return { id, level, title, tags, cells, expect, provenance };
}

/** The code that runs for a cell. */
export function codeToRun({ code, substitute }: Cell): string {
  return substitute === undefined ? code : code.replace(substitute.of, substitute.by);
}
