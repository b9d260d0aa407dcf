import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Gaps } from './corpus/gaps.ts';

// This file is as deep as the built one, so that the path holds for both.
const folder: URL = new URL('../corpus/', import.meta.url);

/** The folder of the corpus that comes with this package. */
export function corpusFolder(): string {
  return fileURLToPath(folder);
}

/** What the project knows to be different from PyTorch, and why. */
export function declaredGaps(): Gaps {
  return read<{ gaps: Gaps }>('gaps.json').gaps;
}

/** Every name of OpInfo. */
export function opInfoNames(): readonly string[] {
  return read<{ names: string[] }>('names.json').names;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}
