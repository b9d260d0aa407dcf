// `pnpm apps`: builds the gallery and every app as static pages in apps/gallery/dist, serves them and prints the address.
// `pnpm apps --build` stops after building: the folder can be put on any file server.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, preview } from 'vite';

const gallery = join(import.meta.dirname, '..');
const apps = join(gallery, '..');
const outDir = join(gallery, 'dist');

/** Apps that are pages: those with an index.html beside a vite.config.ts. */
const pages = readdirSync(apps).filter((name) =>
  ['index.html', 'vite.config.ts'].every((file) => existsSync(join(apps, name, file))),
);

await build({ root: gallery, base: './', logLevel: 'warn', build: { outDir, emptyOutDir: true } });
for (const name of pages) {
  const configFile = join(apps, name, 'vite.config.ts');
  await build({ configFile, logLevel: 'error', build: { outDir: join(outDir, name), emptyOutDir: true } });
  console.log(`built ${name}`);
}

if (process.argv.includes('--build')) console.log(`\n${outDir} can be served from anywhere`);
else (await preview({ root: gallery, build: { outDir } })).printUrls();
