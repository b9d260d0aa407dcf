import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const sources = fileURLToPath(new URL('../src', import.meta.url));

// That it runs so is checked where a program is run with code from strings disallowed: see training.test.ts.
test('no source makes code from text, so `wasm-unsafe-eval` is all a content policy has to allow', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    expect(readFileSync(join(sources, file), 'utf8'), file).not.toMatch(
      /new Function\(|\beval\(|setTimeout\(['"`]/,
    );
  }
});
