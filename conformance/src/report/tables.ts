import colors from 'picocolors';
import { getBorderCharacters, table } from 'table';
import type { SecondOrderCount } from '../corpus/second-order.ts';
import type { KernelResult } from '../kernels/index.ts';
import type { ScenarioResult } from '../run/run-scenario.ts';
import { worst } from '../run/verdict.ts';
import {
  type BackendReplay,
  type OpStanding,
  type ReplayReport,
  standingIn,
  standings,
  totals,
} from './replay-report.ts';
import { mark } from './style.ts';

type Cells = readonly (readonly string[])[];

function columns(rows: Cells, numbersFrom = Number.POSITIVE_INFINITY): string {
  if (rows.length === 0) return '';
  const aligned = rows[0]!.map((_, i) => ({
    alignment: i >= numbersFrom ? ('right' as const) : ('left' as const),
  }));
  return table(
    rows.map((row) => [...row]),
    {
      border: getBorderCharacters('void'),
      columnDefault: { paddingLeft: 0, paddingRight: 2 },
      drawHorizontalLine: () => false,
      columns: aligned,
    },
  );
}

/** More scenarios than this are shown by level, and singly only where something is wrong. */
const most = 40;

/** A line per scenario and backend, or per level where there are many. */
export function scenarioTable(results: readonly ScenarioResult[]): string {
  if (results.length <= most) return singly(results);
  const notable = results.filter(({ verdict }) => verdict !== 'pass');
  return [byLevel(results), ...(notable.length === 0 ? [] : [singly(notable)])].join('\n');
}

/** A line per kernel kind: how many of its checks held, and why there is none. */
export function kernelTable(results: readonly KernelResult[]): string {
  const kindOf = ({ id }: KernelResult): string => id.split('/')[0]!;
  const rows = [...new Set(results.map(kindOf))].map((kind) => {
    const own = results.filter((result) => kindOf(result) === kind);
    const passed = own.filter(({ verdict }) => verdict === 'pass').length;
    const declined = own.find((one) => one.verdict === 'declined');
    const note = declined?.verdict === 'declined' ? declined.reason : `${passed}/${own.length}`;
    return [mark(worst(own.map(({ verdict }) => verdict))), kind, note];
  });
  return columns([['', 'kernel', 'checks'].map(colors.bold), ...rows]);
}

function byLevel(results: readonly ScenarioResult[]): string {
  const keyOf = ({ id, backend }: ScenarioResult): string => `${id.split('/')[0]}\t${backend}`;
  const rows = [...new Set(results.map(keyOf))].map((key) => {
    const own = results.filter((result) => keyOf(result) === key);
    const passed = own.filter(({ verdict }) => verdict.startsWith('pass')).length;
    const milliseconds = own.reduce((sum, one) => sum + one.milliseconds, 0);
    const counts = [`${passed}/${own.length}`, `${milliseconds.toFixed(1)} ms`];
    return [mark(worst(own.map(({ verdict }) => verdict))), ...key.split('\t'), ...counts];
  });
  return columns([['', 'level', 'backend', 'scenarios', 'time'].map(colors.bold), ...rows], 3);
}

function singly(results: readonly ScenarioResult[]): string {
  const rows = results.map(({ id, backend, verdict, cells, milliseconds }) => {
    const passed = cells.filter(
      (cell) => cell.verdict === 'pass' || cell.verdict === 'pass-by-fallback',
    ).length;
    return [mark(verdict), id, backend, `${passed}/${cells.length}`, `${milliseconds.toFixed(1)} ms`];
  });
  return columns([['', 'scenario', 'backend', 'cells', 'time'].map(colors.bold), ...rows], 3);
}

/** More operators than this are shown only where something is not right. */
const mostOps = 700;

/** A line per operator. */
export function replayTable(backend: BackendReplay): string {
  const { ops, maxUlp } = backend;
  const heads = ['', 'op', 'samples', 'passed', 'failed', 'declined', 'missing', 'max ULP'].map(colors.bold);
  const isLong = Object.keys(ops).length > mostOps;
  const shown = Object.entries(ops).filter(([op]) => !isLong || standingIn(backend, op) !== 'right');
  const rows = shown.map(([op, count]) => [
    standingMark(standingIn(backend, op)),
    op,
    ...[count.samples, count.passed, count.failed, count.declined, count.missing].map(quietZero),
    ulpText(maxUlp[op]),
  ]);
  return columns([heads, ...rows], 2);
}

/** The largest error as a short number. */
export function ulpText(ulp: number | undefined): string {
  return ulp === undefined ? '' : ulp < 1e6 ? String(Math.round(ulp * 10) / 10) : ulp.toExponential(1);
}

/** A line per backend. */
export function replaySummary(report: ReplayReport): string {
  const heads = [
    'backend',
    'ops right',
    'known gaps',
    'wrong',
    'declined',
    'missing',
    'no samples',
    'samples',
    'passed',
    'by float64',
  ];
  const rows = Object.entries(report.backends).map(([name, backend]) => {
    const { right, known, wrong, declined, missing, empty } = standings(backend);
    const { samples, passed } = totals(backend);
    const byReference = Object.values(backend.byReference).reduce((sum, count) => sum + count, 0);
    return [
      name,
      ...[right, known, wrong, declined, missing, empty, samples, passed, byReference].map(String),
    ];
  });
  return columns([heads.map(colors.bold), ...rows], 1);
}

function standingMark(standing: OpStanding): string {
  const paint = {
    right: colors.green,
    known: colors.yellow,
    wrong: colors.red,
    declined: colors.yellow,
    missing: colors.dim,
    empty: colors.dim,
  };
  return paint[standing](standing);
}

const quietZero = (value: number): string => (value === 0 ? colors.dim('0') : String(value));

/** A line per operator whose gradients of gradients are not all right, and their number. */
export function secondOrderTable(counts: Readonly<Record<string, SecondOrderCount>>): string {
  const all = Object.entries(counts);
  const wrong = all.filter(([, { checked, passed }]) => passed < checked);
  const rows = wrong.map(([op, { checked, passed, failures }]) => [
    colors.red('wrong'),
    op,
    `${passed}/${checked}`,
    `sample ${failures[0]!.sample}: ${failures[0]!.error.split('\n', 1)[0]!.slice(0, 100)}`,
  ]);
  const samples = all.reduce((sum, [, { checked }]) => sum + checked, 0);
  const total = `second order: ${all.length - wrong.length} of ${all.length} operators right, ${samples} samples checked`;
  return `${columns(rows)}${total}`;
}
