import colors from 'picocolors';
import { corpusFiles, opOfFile, readCorpusFile, UsageError } from '../corpus/read.ts';
import type { OpReplay } from '../corpus/replay.ts';
import { withHost } from '../host/open.ts';
import { describeDifference } from '../report/differences.ts';
import { replayJUnit } from '../report/junit.ts';
import { replayMarkdown } from '../report/markdown.ts';
import { type BackendReplay, backendReplay, type ReplayReport } from '../report/replay-report.ts';
import { replaySummary, replayTable } from '../report/tables.ts';
import { type OutputOptions, writeReports } from './output.ts';

export interface ReplayOptions extends OutputOptions {
  readonly corpus: string;
  readonly backend: string;
  readonly host: string;
  readonly ops?: string;
  readonly failures: number;
}

/** `replay`: a recorded corpus on backends. Gives the exit code. */
export async function replay(options: ReplayOptions): Promise<number> {
  const files = chooseFiles(corpusFiles(options.corpus), options.ops);
  const start = performance.now();
  const replays = new Map<string, OpReplay[]>();
  await withHost(options.host, options.backend, async (host) => {
    for (const { name, executor } of host.backends) {
      replays.set(name, []);
      console.log(colors.dim(`${name}: ${executor}`));
    }
    for (const [done, path] of files.entries()) {
      const file = readCorpusFile(path);
      for (const { name } of host.backends) replays.get(name)!.push(await host.replayFile(file, name));
      progress(done + 1, files.length, file.op);
    }
  });
  progress(0, 0, '');
  const report: ReplayReport = {
    backends: Object.fromEntries([...replays].map(([name, own]) => [name, backendReplay(own)])),
  };
  show(report, options.failures);
  console.log(colors.dim(`${((performance.now() - start) / 1000).toFixed(1)} s`));
  writeReports(options, {
    json: () => report,
    junit: () => replayJUnit(report),
    markdown: () => replayMarkdown(report),
  });
  return Object.values(report.backends).every(isGreen) ? 0 : 1;
}

/** Green means that nothing failed and nothing was missing; what a backend declares that it declines is allowed. */
function isGreen({ ops }: BackendReplay): boolean {
  return Object.values(ops).every(({ failed, missing }) => failed === 0 && missing === 0);
}

function chooseFiles(files: readonly string[], ops: string | undefined): readonly string[] {
  if (ops === undefined) return files;
  const wanted = ops.split(',');
  const fits = (path: string, op: string): boolean => {
    const name = opOfFile(path);
    return name === op || name.split('@')[0] === op;
  };
  const unknown = wanted.find((op) => !files.some((path) => fits(path, op)));
  if (unknown !== undefined) throw new UsageError(`the corpus has no op ${unknown}`);
  return files.filter((path) => wanted.some((op) => fits(path, op)));
}

function show(report: ReplayReport, failuresShown: number): void {
  for (const [name, backend] of Object.entries(report.backends)) {
    console.log(`${colors.bold(name)}\n${replayTable(backend)}`);
    showFailures(backend, failuresShown);
  }
  console.log(replaySummary(report));
}

function showFailures({ failures }: BackendReplay, shown: number): void {
  for (const [op, own] of Object.entries(failures)) {
    for (const { sample, name, differences } of own.slice(0, shown)) {
      console.log(colors.red(`${op} sample ${sample}${name === '' ? '' : ` (${name})`}`));
      for (const difference of differences)
        console.log(`  ${describeDifference(difference).replaceAll('\n', '\n  ')}`);
    }
    if (shown > 0 && own.length > shown) console.log(colors.dim(`  and ${own.length - shown} more of ${op}`));
  }
}

/** A line that overwrites itself on a terminal; nothing elsewhere. */
function progress(done: number, of: number, op: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\u001b[K${of === 0 ? '' : colors.dim(`${done}/${of} ${op}`)}`);
}
