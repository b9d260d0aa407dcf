import { setWarningHandler } from '@taimatsu/core';
import colors from 'picocolors';
import type { Gaps } from '../corpus/gaps.ts';
import { type CorpusEntry, corpusEntries, UsageError } from '../corpus/read.ts';
import type { OpReplay } from '../corpus/replay.ts';
import type { HostedBackend } from '../host/host.ts';
import { withHost } from '../host/open.ts';
import { describeDifference } from '../report/differences.ts';
import { replayJUnit } from '../report/junit.ts';
import { replayMarkdown } from '../report/markdown.ts';
import { type BackendReplay, backendReplay, isGreen, type ReplayReport } from '../report/replay-report.ts';
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
  const entries = chooseEntries(corpusEntries(options.corpus), options.ops);
  const report = await replayOn(options, entries);
  showReplay(report, options.failures);
  writeReports(options, {
    json: () => report,
    junit: () => replayJUnit(report),
    markdown: () => replayMarkdown(report),
  });
  return Object.values(report.backends).every(isGreen) ? 0 : 1;
}

/** Replays operators on backends of a host; `gaps` is what they are held to beside the recording. */
export async function replayOn(
  { host: place, backend: list }: Pick<ReplayOptions, 'host' | 'backend'>,
  entries: readonly CorpusEntry[],
  gaps?: Gaps,
): Promise<ReplayReport> {
  const start = performance.now();
  const replays = new Map<HostedBackend, OpReplay[]>();
  const warnings = setWarningHandler(() => {});
  await withHost(place, list, async (host) => {
    for (const backend of host.backends) {
      replays.set(backend, []);
      console.log(colors.dim(`${backend.name}: ${backend.executor}`));
    }
    for (const [done, { label, read }] of entries.entries()) {
      const file = read();
      for (const [{ name }, own] of replays) own.push({ ...(await host.replayFile(file, name)), op: label });
      progress(done + 1, entries.length, label);
    }
  });
  setWarningHandler(warnings);
  progress(0, 0, '');
  console.log(colors.dim(`${((performance.now() - start) / 1000).toFixed(1)} s`));
  return {
    backends: Object.fromEntries([...replays].map(([one, own]) => [one.name, backendReplay(own, one, gaps)])),
  };
}

/** The operators of some names. A name that the corpus does not have is a mistake. */
export function chooseEntries(
  entries: readonly CorpusEntry[],
  ops: string | undefined,
): readonly CorpusEntry[] {
  if (ops === undefined) return entries;
  const wanted = ops.split(',');
  const fits = ({ op }: CorpusEntry, name: string): boolean => op === name || op.split('@')[0] === name;
  const unknown = wanted.find((name) => !entries.some((entry) => fits(entry, name)));
  if (unknown !== undefined) throw new UsageError(`the corpus has no op ${unknown}`);
  return entries.filter((entry) => wanted.some((name) => fits(entry, name)));
}

/** The tables of a replay, and the first failures of each operator. */
export function showReplay(report: ReplayReport, failuresShown: number): void {
  for (const [name, backend] of Object.entries(report.backends)) {
    console.log(`${colors.bold(name)}\n${replayTable(backend)}`);
    showFailures(backend, failuresShown);
  }
  console.log(replaySummary(report));
}

function showFailures({ failures, gaps }: BackendReplay, shown: number): void {
  for (const [op, samples] of Object.entries(gaps?.unexpected ?? {}))
    console.log(colors.red(`${op} is declared to be wrong and is right: samples ${samples.join(', ')}`));
  for (const [op, all] of Object.entries(failures)) {
    const own = gaps === undefined ? all : all.filter(({ sample }) => gaps.undeclared[op]?.includes(sample));
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
