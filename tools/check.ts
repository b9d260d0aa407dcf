// `pnpm check`: everything that can be said about the sources without running them.
// `pnpm check lint types` runs only the steps named.
import { type Outcome, run } from './run.ts';

interface Step {
  readonly name: string;
  readonly command: readonly [tool: string, args: readonly string[]];
  /** What to do when it fails. */
  readonly cure: string;
}

const steps: readonly Step[] = [
  {
    name: 'format',
    command: ['biome', ['format', '.']],
    cure: 'Run `pnpm fix` (or `pnpm fix PATH`): it formats.',
  },
  {
    name: 'lint',
    command: ['biome', ['check', '--formatter-enabled=false', '--error-on-warnings', '.']],
    cure: 'Run `pnpm fix`: it repairs what it can. Change the rest by hand; each finding names its rule.',
  },
  {
    name: 'boundaries',
    command: ['depcruise', ['{packages,apps}/*/src', 'conformance/src']],
    cure: 'Move the code or turn the import around. The layers and their order are in .dependency-cruiser.mjs.',
  },
  {
    name: 'manifests',
    command: ['node', ['tools/check-manifests.ts']],
    cure: 'Bring the package.json named into line.',
  },
  {
    name: 'types',
    command: ['tsc', ['-b', '--pretty', 'false']],
    cure: 'One package alone: `pnpm types packages/NAME`. Exported things need written types (isolatedDeclarations).',
  },
  {
    name: 'unused',
    command: ['knip', ['--no-progress', '--no-config-hints']],
    cure: 'Delete it, or use it. What only tests need belongs to the tests.',
  },
  {
    name: 'docs',
    command: ['node', ['tools/errors-doc.ts']],
    cure: 'Run `node tools/errors-doc.ts --write`.',
  },
  {
    name: 'size',
    command: ['node', ['tools/check-size.ts']],
    cure: 'Split the file along its concerns. Only data may be longer: mark it `// table` in its first line.',
  },
];

export interface Tally {
  passed: number;
  failed: number;
}

export async function check(names: readonly string[] = []): Promise<Tally> {
  const unknown = names.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined)
    throw new Error(`no step ${unknown}; there are ${steps.map((s) => s.name).join(', ')}`);
  const chosen = steps.filter(({ name }) => names.length === 0 || names.includes(name));
  const running = chosen.map((step) => ({ step, outcome: run(...step.command) }));
  const tally: Tally = { passed: 0, failed: 0 };
  for (const { step, outcome } of running) {
    const done = await outcome;
    tally[done.code === 0 ? 'passed' : 'failed']++;
    print(step, done);
  }
  return tally;
}

function print({ name, cure }: Step, { code, output, seconds }: Outcome): void {
  if (code !== 0) console.log(output.trimEnd());
  console.log(`${code === 0 ? 'pass' : 'FAIL'}  ${name.padEnd(12)}${seconds.toFixed(1)} s`);
  if (code !== 0) console.log(`      ${cure}\n`);
}

if (import.meta.main) {
  const { failed } = await check(process.argv.slice(2));
  process.exitCode = failed === 0 ? 0 : 1;
}
