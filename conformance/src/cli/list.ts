import { count } from '../report/style.ts';
import { hasFunction, knownOps } from '../torch-call/call.ts';
import { chooseScenarios } from './run.ts';

export interface ListOptions {
  readonly level?: string;
  readonly ops?: boolean;
}

/** `list`: scenarios with their tags, or PyTorch's names and whether the library has them. Gives the exit code. */
export function list({ level, ops }: ListOptions): number {
  if (ops === true) listOps();
  else listScenarios(level);
  return 0;
}

function listScenarios(level: string | undefined): void {
  const scenarios = chooseScenarios(level === undefined ? {} : { level });
  for (const { id, title, cells, tags } of scenarios) {
    console.log(`${id}\n  ${title}: ${count(cells.length, 'cell')}; ${tags.join(' ')}`);
  }
  console.log(`\n${count(scenarios.length, 'scenario')}`);
}

function listOps(): void {
  const names = knownOps();
  for (const name of names) {
    const [op = '', variant = ''] = name.split('@');
    console.log(`${hasFunction(op, variant) ? ' ' : '-'} ${name}`);
  }
  const there = names.filter((name) => hasFunction(...(name.split('@') as [string, string?])));
  console.log(`\n${there.length} of ${count(names.length, 'name')}; those marked - are not there yet`);
}
