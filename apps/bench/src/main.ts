import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Backend } from '@taimatsu/core/backend';
import { cases } from './case.ts';
import type { Contestant } from './contestant.ts';
import { pytorch } from './contestants/pytorch.ts';
import { taimatsu } from './contestants/taimatsu.ts';
import { reportTable } from './report.ts';
import { type Result, runCase } from './run.ts';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'cpu' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'string' },
  },
});

const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  cpu: async () => (await import('@taimatsu/backend-cpu')).cpu,
  wasm: async () => (await import('@taimatsu/backend-wasm')).wasm,
};

const contestants: Contestant[] = [];
for (const name of values.backend.split(',')) {
  const load = backends[name];
  if (load === undefined)
    throw new Error(`no backend named ${name}; there are ${Object.keys(backends).join(', ')}`);
  contestants.push(taimatsu(await load()));
}
const reference = await pytorch();
if (reference === undefined)
  console.log('PyTorch is not here: apt-get install python3-torch adds it to the table.');
else contestants.push(reference);
for (const { name, about } of contestants) console.log(`${name}: ${about}`);

const results: Result[] = [];
for (const one of cases) {
  if (!one.id.includes(values.only)) continue;
  results.push(await runCase(one, contestants, Number(values.rounds)));
}
console.log(reportTable(results, contestants));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
for (const contestant of contestants) contestant.close();
