import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assemble } from './scenario/assemble.ts';
import { levels, type Scenario, type SuiteFile } from './scenario/schema.ts';

// This file is as deep as the built one, so that the path holds for both.
const folder: URL = new URL('../suite/', import.meta.url);

/** The suite's files by name, as they are. */
export function suiteFiles(): ReadonlyMap<string, SuiteFile> {
  const names = readdirSync(fileURLToPath(folder)).filter(
    (name) => name.endsWith('.json') && name !== 'schema.json',
  );
  return new Map(
    names
      .sort(byStem)
      .map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as SuiteFile]),
  );
}

/** The suite that comes with this package, or the one in a file. */
export function loadSuite(file?: string): readonly Scenario[] {
  const files =
    file === undefined ? [...suiteFiles().values()] : [JSON.parse(readFileSync(file, 'utf8')) as SuiteFile];
  const scenarios = assemble(files);
  return levels.flatMap((level) => scenarios.filter((scenario) => scenario.level === level));
}

/** `notebook` before `notebook-seeds`. */
function byStem(a: string, b: string): number {
  return a.replace(/\.json$/, '') < b.replace(/\.json$/, '') ? -1 : 1;
}
