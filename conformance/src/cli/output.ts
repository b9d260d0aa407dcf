import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The files that `run` and `replay` can write. */
export interface OutputOptions {
  readonly json?: string;
  readonly junit?: string;
  readonly markdown?: string;
}

/** Writes the reports that were asked for. */
export function writeReports(
  options: OutputOptions,
  forms: { json: () => unknown; junit: () => string; markdown: () => string },
): void {
  if (options.json !== undefined) write(options.json, `${JSON.stringify(forms.json(), null, 1)}\n`);
  if (options.junit !== undefined) write(options.junit, forms.junit());
  if (options.markdown !== undefined) write(options.markdown, forms.markdown());
}

function write(path: string, text: string): void {
  const full = resolve(path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
}

/** One report: what each part says of a backend, beside one another. */
export function merged(...parts: readonly ({ readonly backends: object } | undefined)[]): object {
  const backends: Record<string, object> = {};
  for (const part of parts) {
    for (const [name, own] of Object.entries(part?.backends ?? {}))
      backends[name] = { ...backends[name], ...(own as object) };
  }
  return { kind: 'run', backends };
}
