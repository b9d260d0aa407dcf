import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../packages/core/src/errors/catalogue.ts';
import { root } from './workspace.ts';

const path = join(root, 'docs/errors.md');

/** Stands for what was seen: every field prints as its own name. */
const placeholder = (name: string): unknown =>
  new Proxy(() => name, {
    get: (_, key) => {
      if (key === Symbol.toPrimitive || key === 'toString') return () => (name === '' ? '' : `‹${name}›`);
      if (key === 'map' || key === 'join') return () => `‹${name}›`;
      if (key === 'length') return 1;
      return placeholder(name === '' ? String(key) : `${name}.${String(key)}`);
    },
  });

function textOf(message: (detail: never) => string): string {
  try {
    return message(placeholder('') as never)
      .replaceAll('\n', ' ')
      .replaceAll('|', '\\|');
  } catch {
    return 'depends on what was seen';
  }
}

const rows = Object.entries(catalogue).map(
  ([code, { type, message }]) =>
    `| \`${code}\` | ${type} | ${textOf(message as (detail: never) => string)} |`,
);
const text = `# Errors

Every error that the library throws on purpose is a \`TensorError\` with a stable \`code\` and a typed \`detail\`; \`name\` is the class
that PyTorch raises. Made from the catalogue by \`node tools/errors-doc.ts --write\`.

| code | as in PyTorch | text |
|---|---|---|
${rows.join('\n')}
`;

if (process.argv.includes('--write')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error('docs/errors.md is out of date: run `node tools/errors-doc.ts --write`');
  process.exitCode = 1;
}
