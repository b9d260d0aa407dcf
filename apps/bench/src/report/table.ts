import pc from 'picocolors';
import { getBorderCharacters, table } from 'table';
import { groups } from '../case.ts';
import { medianOf, outcomes, rateOf } from '../outcome.ts';
import type { Entry } from '../roster.ts';
import type { Result, Timing } from '../run.ts';
import { digits, formatRatio, formatTime } from './format.ts';

/** The results as tables for the terminal, one a group: medians, best times and multiples of the first contestant's. */
export function reportTables(results: readonly Result[], entries: readonly Entry[]): string {
  return groups
    .map((group) => results.filter((result) => result.case.group === group))
    .filter((own) => own.length > 0)
    .map((own) => groupTable(own, results, entries))
    .join('\n');
}

function groupTable(own: readonly Result[], all: readonly Result[], entries: readonly Entry[]): string {
  const present = entries.filter(({ id }) => own.some((result) => medianOf(result, id) !== undefined));
  const header = [
    pc.bold(own[0]!.case.group),
    ...present.map(({ name, own: isOwn }) => (isOwn ? pc.bold(twoLines(name)) : twoLines(name))),
    'goal',
  ];
  const rows = own.map((result) => [
    result.case.what,
    ...present.map((entry) => cell(result, entry, present[0]!)),
    goalCell(result, all, entries),
  ]);
  return table([header, ...rows], {
    border: getBorderCharacters('norc'),
    columns: { 0: { width: 24, wrapWord: true } },
    columnDefault: { alignment: 'left' },
    drawHorizontalLine: (line, count) => line <= 1 || line === count,
  });
}

const twoLines = (name: string): string => name.replace(/ (?=\S+$|wasm jit$)/, '\n');

function cell(result: Result, { id }: Entry, base: Entry): string {
  const timing = result.timings.find((one) => one.contestant === id);
  const time = medianOf(result, id);
  if (timing === undefined || time === undefined) return pc.dim('–');
  const baseTime = medianOf(result, base.id);
  const ratio = id === base.id || baseTime === undefined ? '' : ` ${formatRatio(time / baseTime)}`;
  const first =
    timing.wrong === undefined ? `${formatTime(time)}${ratio}` : pc.red(`${formatTime(time)} wrong`);
  return `${first}\n${pc.dim(second(result, timing))}`;
}

/** The rate, where there is one, and the best time or rate. */
function second(result: Result, timing: Timing): string {
  const best = Math.min(...timing.samples);
  const { flops, per = 1 } = result.case;
  if (flops === undefined) return `best ${formatTime(best / per)}`;
  return `${digits(rateOf(result, timing.contestant)!)}, best ${digits(flops / best / 1e3)} GF/s`;
}

function goalCell(result: Result, all: readonly Result[], entries: readonly Entry[]): string {
  return outcomes(result, all, entries)
    .map(({ goal, verdict }) => {
      if (verdict === undefined) return pc.dim(`${goal.text}: not measured`);
      const text = `${goal.text}: ${verdict.shown}`;
      return verdict.met ? pc.green(`${text} yes`) : pc.yellow(`${text} no`);
    })
    .join('\n');
}

/** Why a cell is empty, or wrong: one line for each reason and contestant. */
export function reportNotes(results: readonly Result[], entries: readonly Entry[]): string {
  const cases = new Map<string, string[]>();
  for (const result of results) {
    for (const timing of result.timings) {
      const name = entries.find(({ id }) => id === timing.contestant)?.name ?? timing.contestant;
      const why = timing.wrong === undefined ? timing.declined : `wrong, ${timing.wrong}`;
      if (why === undefined || why === 'measured apart') continue;
      const key = `${name}: ${why}`;
      cases.set(key, [...(cases.get(key) ?? []), result.case.id]);
    }
  }
  return [...cases].map(([text, ids]) => `${text} (${ids.join(', ')})`).join('\n');
}
