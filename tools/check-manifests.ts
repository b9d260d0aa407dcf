// The package.json files agree with each other (sherif), what is published names no source file, and all published
// packages carry one version.
import { isDeepStrictEqual } from 'node:util';
import { run } from './run.ts';
import { isPublished, type Manifest, packages } from './workspace.ts';

const source = '@taimatsu/source';

function complaints({ name, exports = {}, publishConfig }: Manifest): string[] {
  const withoutSource = Object.fromEntries(
    Object.entries(exports).map(([entry, { [source]: _, ...rest }]) => [entry, rest]),
  );
  const found: string[] = [];
  for (const [entry, conditions] of Object.entries(exports))
    if (Object.keys(conditions)[0] !== source)
      found.push(`${name}: exports["${entry}"] must begin with ${source}`);
  if (!isDeepStrictEqual(publishConfig?.exports, withoutSource))
    found.push(`${name}: publishConfig.exports must be exports without ${source}`);
  return found;
}

const published = packages().filter(isPublished);
const found = published.flatMap(({ manifest }) => complaints(manifest));
const versions = new Set(published.map(({ manifest }) => manifest.version));
if (versions.size > 1) found.push(`published packages share one version, not ${[...versions].join(', ')}`);
for (const line of found) console.error(line);

const sherif = await run('sherif', []);
if (sherif.code !== 0) console.error(sherif.output);
process.exitCode = found.length === 0 && sherif.code === 0 ? 0 : 1;
