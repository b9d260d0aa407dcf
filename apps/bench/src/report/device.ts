import { getBorderCharacters, table } from 'table';
import type { Entry } from '../roster.ts';
import type { Result } from '../run.ts';

/** What a run (or an operation, where the case counts those) asks of the graphics device; undefined without devices. */
export function deviceTable(results: readonly Result[], entries: readonly Entry[]): string | undefined {
  const present = entries.filter(({ id }) =>
    results.some(({ timings }) =>
      timings.some((one) => one.contestant === id && one.calls !== undefined && one.calls.launches > 0),
    ),
  );
  if (present.length === 0) return undefined;
  const rows = results.map((result) => [
    result.case.what,
    ...present.map(({ id }) => {
      const calls = result.timings.find((one) => one.contestant === id)?.calls;
      if (calls === undefined) return '–';
      const { per = 1 } = result.case;
      const each = (value: number): string => String(Number((value / per).toFixed(value / per < 10 ? 2 : 0)));
      const bytes = `${each(calls.bytesUp)} B up, ${each(calls.bytesDown)} B down`;
      const submits = calls.submits === 0 ? '' : `, ${each(calls.submits)} submits`;
      return `${each(calls.launches)} launches${submits}\n${bytes}`;
    }),
  ]);
  return table([['asked of the device', ...present.map(({ name }) => name)], ...rows], {
    border: getBorderCharacters('norc'),
    columns: { 0: { width: 24, wrapWord: true } },
    columnDefault: { width: 26, wrapWord: true },
    drawHorizontalLine: (line, count) => line <= 1 || line === count,
  });
}
