import { existsSync, readFileSync } from 'node:fs';
import { packages } from './tools/workspace.ts';

/** A package whose entry is still empty is not asked to use what it has. */
function isPlaceholder(dir: string): boolean {
  const entry = [`${dir}/src/index.ts`, `${dir}/src/main.ts`].find(existsSync);
  return entry !== undefined && /^export \{\};\s*$/.test(readFileSync(entry, 'utf8'));
}

const dirs = packages().map(({ dir }) => dir);
const workspaces = dirs.filter((dir) => dir !== 'tools' && !dir.startsWith('apps/'));

const placeholder = { entry: ['{src,test}/**/*.ts'], ignoreDependencies: ['.+'] };

const library = {
  entry: ['test/**/*.{test,test-d}.ts', 'bench/*.ts'],
  project: ['{src,test,bench}/**/*.ts'],
  // Tests may use any package of the workspace.
  ignoreDependencies: ['@taimatsu/.+'],
};

export default {
  ignoreExportsUsedInFile: true,
  // PyTorch has several names for some functions; so have we.
  exclude: ['duplicates'],
  workspaces: {
    '.': {
      project: ['*.config.ts'],
      // Run by tools/check.ts and tools/packed.ts, or used by tests of packages; node itself comes as a package.
      ignoreDependencies: [
        '@arethetypeswrong/cli',
        '@biomejs/biome',
        'dependency-cruiser',
        'fast-check',
        'knip',
        'publint',
        'sherif',
      ],
    },
    tools: { entry: ['*.ts', 'test/**/*.test.ts'], project: ['**/*.ts'], ignoreBinaries: ['apt-get'] },
    'apps/*': {
      entry: ['src/main.ts'],
      project: ['src/**/*.ts'],
      // Style sheets name fonts.
      ignoreDependencies: ['@fontsource.+'],
      ...(isPlaceholder('apps/bench') ? placeholder : {}),
    },
    ...Object.fromEntries(workspaces.map((dir) => [dir, isPlaceholder(dir) ? placeholder : library])),
  },
};
