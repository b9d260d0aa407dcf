import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { medianOf } from '../outcome.ts';
import type { Entry } from '../roster.ts';
import type { Result } from '../run.ts';
import { formatTime } from './format.ts';

/** A point of the chart: one contestant in one case. */
interface Point {
  readonly what: string;
  readonly group: string;
  readonly name: string;
  /** Times the base's time. */
  readonly ratio: number;
  readonly time: string;
}

/** The results as a drawing in SVG: how many times as long as the first contestant each took, a row a case. */
export async function reportChart(
  results: readonly Result[],
  entries: readonly Entry[],
  title: string,
): Promise<string> {
  const [base] = entries;
  if (base === undefined) throw new Error('a chart needs contestants');
  const view = new View(
    parse(compile(specification(points(results, entries, base), entries, base, title)).spec),
    {
      renderer: 'none',
    },
  );
  return `${await view.toSVG()}\n`;
}

function points(results: readonly Result[], entries: readonly Entry[], base: Entry): readonly Point[] {
  return results.flatMap((result) => {
    const unit = medianOf(result, base.id);
    if (unit === undefined) return [];
    return entries.flatMap(({ id, name }) => {
      const time = medianOf(result, id);
      const isWrong = result.timings.some((timing) => timing.contestant === id && timing.wrong !== undefined);
      if (time === undefined || isWrong || result.case.work.op === 'peak') return [];
      const { what, group } = result.case;
      return [
        { what: `${what} (${formatTime(unit)})`, group, name, ratio: time / unit, time: formatTime(time) },
      ];
    });
  });
}

function specification(
  values: readonly Point[],
  entries: readonly Entry[],
  base: Entry,
  title: string,
): TopLevelSpec {
  const names = entries.map(({ name }) => name).filter((name) => values.some((point) => point.name === name));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, subtitle: `Times of ${base.name} in brackets; left is faster`, anchor: 'start' },
    background: 'white',
    padding: 12,
    data: { values: [...values] },
    width: 560,
    height: { step: 20 },
    encoding: {
      y: { field: 'what', type: 'nominal', sort: null, title: null, axis: { labelLimit: 400, grid: true } },
    },
    layer: [
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 0.85 },
        encoding: {
          x: {
            field: 'ratio',
            type: 'quantitative',
            scale: { type: 'log' },
            axis: { format: '~r', tickCount: 6 },
            title: `times as long as ${base.name}`,
          },
          color: { field: 'name', type: 'nominal', sort: names, title: null, scale: { scheme: 'tableau10' } },
          shape: { field: 'name', type: 'nominal', sort: names, title: null },
        },
      },
    ],
  };
}
