import colors from 'picocolors';
import { UsageError } from '../corpus/read.ts';
import { withHost } from '../host/open.ts';
import { type CheckOptions, type KernelResult, kernelChecks } from '../kernels/index.ts';
import { count } from '../report/style.ts';
import { kernelTable } from '../report/tables.ts';

export interface KernelsOptions {
  readonly backend: string;
  readonly host: string;
  /** Kinds or ids, with commas between. */
  readonly only?: string;
  readonly runs: number;
  readonly seed: number;
}

/** `kernels`: tries each kernel of a backend on random layouts, sizes and dtypes. Gives the exit code. */
export function kernels({ backend, host: where, only, ...options }: KernelsOptions): Promise<number> {
  const chosen = choose(only);
  return withHost(where, backend, async (host) => {
    let failed = 0;
    for (const { name, executor } of host.backends) {
      console.log(colors.dim(`${name}: ${executor}`));
      const check = (id: string): Promise<KernelResult> =>
        host.runKernelCheck(id, name, options as CheckOptions);
      const results: KernelResult[] = [];
      for (const id of chosen) results.push(await check(id));
      console.log(kernelTable(results));
      failed += show(results);
    }
    return failed === 0 ? 0 : 1;
  });
}

function choose(only: string | undefined): readonly string[] {
  const ids = kernelChecks.map(({ id }) => id);
  if (only === undefined) return ids;
  const wanted = only.split(',');
  const matches = (id: string, name: string): boolean => id === name || id.startsWith(`${name}/`);
  const noSuch = wanted.find((name) => !ids.some((id) => matches(id, name)));
  if (noSuch !== undefined) throw new UsageError(`no kernel check ${noSuch}; there are ${ids.join(', ')}`);
  return ids.filter((id) => wanted.some((name) => matches(id, name)));
}

function show(results: readonly KernelResult[]): number {
  const of = (verdict: KernelResult['verdict']): number =>
    results.filter((one) => one.verdict === verdict).length;
  for (const result of results) {
    if (result.verdict === 'fail') console.log(`${colors.red(result.id)}\n${result.reason}\n`);
  }
  const [declined, failed] = [of('declined'), of('fail')];
  console.log(`${count(of('pass'), 'check')} passed, ${declined} declined, ${failed} failed`);
  return failed;
}
