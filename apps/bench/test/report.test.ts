import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { chooseCases } from '../src/cases.ts';
import { outcomes } from '../src/outcome.ts';
import { reportChart } from '../src/report/chart.ts';
import { formatRatio, formatTime } from '../src/report/format.ts';
import { reportJson } from '../src/report/json.ts';
import { reportNotes, reportTables } from '../src/report/table.ts';
import { chooseEntries } from '../src/roster.ts';
import type { Result } from '../src/run.ts';

const entries = chooseEntries('node', 'wasm,tfjs-wasm,jax,pytorch');

/** A case by its id, with a median for each contestant in microseconds. */
function result(id: string, medians: Record<string, number>, wrong: Record<string, string> = {}): Result {
  const timings = Object.entries(medians).map(([contestant, us]) => ({
    contestant,
    samples: [us * 3, us, us * 0.5],
    ...(wrong[contestant] === undefined ? {} : { wrong: wrong[contestant] }),
  }));
  return { case: chooseCases(id)[0]!, timings };
}

function verdicts(one: Result, ...others: readonly Result[]): (boolean | undefined)[] {
  return outcomes(one, [one, ...others], entries).map(({ verdict }) => verdict?.met);
}

describe('units', () => {
  test.each([
    [0.1234, '123 ns'],
    [5, '5.00 µs'],
    [1234, '1.23 ms'],
    [2_500_000, '2.50 s'],
  ])('%d µs is %s', (us, text) => expect(formatTime(us)).toBe(text));

  test('ratios have two digits', () => {
    expect([0.52, 1.04, 14.4].map(formatRatio)).toEqual(['0.52×', '1.0×', '14×']);
  });
});

describe('goals', () => {
  test('of time', () => {
    expect(verdicts(result('add-2x2', { wasm: 0.4 }))).toEqual([true]);
    expect(verdicts(result('add-2x2', { wasm: 0.6 }))).toEqual([false]);
  });

  test('of the peak, which must have been measured', () => {
    const peak = result('peak', { wasm: 100 });
    const product = result('mm-512-nn', { wasm: (100 * (2 * 512 ** 3)) / (peak.case.flops! * 0.79) });
    expect(verdicts(product, peak)).toEqual([false]);
    expect(verdicts(product)).toEqual([undefined]);
  });

  test('of another rate', () => {
    expect(verdicts(result('mm-511', { wasm: 100 }), result('mm-512-nn', { wasm: 100 }))).toEqual([true]);
    expect(verdicts(result('mm-511', { wasm: 120 }), result('mm-512-nn', { wasm: 100 }))).toEqual([false]);
  });

  test('against the best peer whose result is right; PyTorch is none', () => {
    const times = { wasm: 10, 'tfjs-wasm': 15, jax: 30, pytorch: 1 };
    expect(verdicts(result('mm-skinny', times))).toEqual([false]);
    expect(verdicts(result('mm-skinny', times, { 'tfjs-wasm': 'off' }))).toEqual([true]);
  });

  test('against PyTorch', () => {
    expect(verdicts(result('softmax', { wasm: 19, pytorch: 10 }))).toEqual([true]);
    expect(verdicts(result('softmax', { wasm: 21, pytorch: 10 }))).toEqual([false]);
    expect(verdicts(result('softmax', { wasm: 21 }))).toEqual([undefined]);
  });
});

describe('reports', () => {
  const results = [
    result('add-2x2', { wasm: 0.25, 'tfjs-wasm': 5, pytorch: 1 }, { 'tfjs-wasm': 'off by 1' }),
    result('mm-512-nn', { wasm: 5368.7, 'tfjs-wasm': 10_737, pytorch: 2684 }),
  ];

  test('the tables show medians, best, rates, ratios, wrong results, goals', () => {
    const text = stripVTControlCharacters(reportTables(results, entries));
    for (const part of ['250 ns', 'best 125 ns', '4.0×', '5.00 µs wrong', '≤ 0.5 µs: 50% yes']) {
      expect(text).toContain(part);
    }
    for (const part of ['5.37 ms', '50.0, best 100 GF/s', '0.50×', '≥ 80% of peak: not measured']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('jax');
  });

  test('the notes say why', () => {
    expect(reportNotes(results, entries)).toBe('TensorFlow.js wasm: wrong, off by 1 (add-2x2)');
  });

  test('the data is plain and whole', () => {
    const data = JSON.parse(
      JSON.stringify(reportJson({ host: 'node', clock: 'wall' }, results, entries, [])),
    );
    expect(data.cases[1].timings[0]).toMatchObject({
      contestant: 'wasm',
      median: 5368.7,
      samples: { length: 3 },
    });
    expect(data.cases[1].timings[0].gigaflops).toBeCloseTo(50, 1);
    expect(data.cases[0].goals).toEqual([{ of: 'wasm', text: '≤ 0.5 µs', shown: '50%', met: true }]);
  });

  test('the chart is a drawing with every contestant whose result was right', async () => {
    const svg = await reportChart(results, entries, 'A title');
    expect(svg).toMatch(/^<svg /);
    for (const part of ['A title', 'matmul 512, A·B (5.37 ms)', 'PyTorch']) expect(svg).toContain(part);
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(5);
  });
});
