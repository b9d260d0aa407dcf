import type { Gaps } from '../corpus/gaps.ts';
import type { SecondOrderCount } from '../corpus/second-order.ts';
import { type BackendReplay, standingIn } from './replay-report.ts';
import { ulpText } from './tables.ts';

/** A report of `run --level ops,gradients`. */
export interface FeaturesReport {
  readonly backends: Readonly<
    Record<string, BackendReplay & { readonly gradients?: Readonly<Record<string, SecondOrderCount>> }>
  >;
}

const dtypes = ['float64', 'float32', 'int64', 'bool'] as const;

/** How one of OpInfo's names does on a backend. */
interface Support {
  readonly kind: 'yes' | 'partly' | 'no';
  /** The dtypes that have samples, each with how many of them passed. */
  readonly counts: string;
  readonly ulp: number;
}

/** FEATURES.md: every name of OpInfo, on each backend of a report. */
export function featuresMarkdown(names: readonly string[], report: FeaturesReport, gaps: Gaps): string {
  const backends = Object.entries(report.backends);
  const rows = names.map((name) => {
    const supports = backends.map(([, backend]) => supportOf(name, backend));
    const counts = backends.flatMap(([, { gradients }]) => (gradients === undefined ? [] : [gradients]))[0];
    const second = secondOrderOf(name, counts);
    const errors = errorsOf(
      name,
      backends.map(([, backend]) => backend),
    );
    const isWhole = second !== 'no' && !errors.includes('of') && supports.every(({ kind }) => kind === 'yes');
    return [
      `\`${name}\``,
      ...supports.flatMap(({ kind, ulp, counts }) => [
        kind === 'yes' ? `yes (${counts})` : kind,
        ulpText(ulp),
      ]),
      second,
      errors,
      isWhole ? '' : whyNot(name, gaps),
    ];
  });
  const summary = backends.map(([backend, own]) => {
    const kinds = names.map((name) => supportOf(name, own).kind);
    const of = (kind: Support['kind']): string => String(kinds.filter((one) => one === kind).length);
    return [backend, of('yes'), of('partly'), of('no')];
  });
  const heads = [
    'name',
    ...backends.flatMap(([backend]) => [backend, 'max ULP']),
    '2nd order',
    'errors',
    'why not',
  ];
  return `# Features

Every operator that PyTorch 1.13 tests itself with (OpInfo has ${names.length} names), and how Taimatsu does on PyTorch's own
samples: outputs, dtypes, shapes, errors and gradients, at the tolerances of \`torch.testing.assert_close\` (beyond them only
where PyTorch's own tests allow an operator more: \`conformance/corpus/tolerances.json\`).

Written by \`pnpm conformance features --write\` from the committed corpus; not to be edited. \`yes\` means that every sample of
every dtype that the backend has passes; \`partly\`, that some do, or all in some dtypes; the letters are the dtypes that PyTorch
has samples of and the backend does not decline: d float64, f float32, i int64, b bool. Max ULP is the largest error of a
passing sample in units of the last place of its dtype, which is large where the right answer is near 0. The second order is
gradgradcheck on a few small samples, where PyTorch's tests do so (\`pnpm conformance run --level gradients\`). Errors are the calls that OpInfo expects to fail: \`yes\`
when each raises PyTorch's class and text on every backend.

${grid(['backend', 'yes', 'partly', 'no'], summary)}
${grid(heads, rows)}`;
}

function supportOf(name: string, backend: BackendReplay): Support {
  const own = Object.keys(backend.ops).filter(
    (label) => nameOf(label) === name && !label.endsWith('.errors'),
  );
  const seen = own.filter((label) => {
    const { samples, declined } = backend.ops[label]!;
    return samples > declined;
  });
  const isRight = (label: string): boolean => standingIn(backend, label) === 'right';
  const passed = seen.some((label) => backend.ops[label]!.passed > 0);
  const letters = dtypes
    .filter((dtype) => seen.some((label) => label.endsWith(`.${dtype}`)))
    .map((dtype) => ({ float64: 'd', float32: 'f', int64: 'i', bool: 'b' })[dtype]);
  return {
    kind: seen.length > 0 && seen.every(isRight) ? 'yes' : passed ? 'partly' : 'no',
    counts: letters.join(''),
    ulp: Math.max(0, ...own.map((label) => backend.maxUlp[label] ?? 0)),
  };
}

/** How the calls that have to fail do: `yes`, nothing where there are none, or how many of how many. */
function errorsOf(name: string, backends: readonly BackendReplay[]): string {
  const counts = backends.flatMap(({ ops }) =>
    Object.entries(ops)
      .filter(([label, { samples }]) => nameOf(label) === name && label.endsWith('.errors') && samples > 0)
      .map(([, count]) => count),
  );
  if (counts.length === 0) return '';
  const passed = Math.min(...counts.map((count) => count.passed));
  const { samples } = counts[0]!;
  return counts.every((count) => count.passed === count.samples) ? 'yes' : `${passed} of ${samples}`;
}

function secondOrderOf(name: string, counts: Readonly<Record<string, SecondOrderCount>> | undefined): string {
  const own = Object.entries(counts ?? {}).filter(([op]) => op.split('@')[0] === name);
  if (own.length === 0) return '';
  return own.every(([, { checked, passed }]) => checked === passed) ? 'yes' : 'no';
}

function whyNot(name: string, gaps: Gaps): string {
  const reasons = gaps.flatMap(({ reason, samples }) => {
    const labels = Object.keys(samples).filter((label) => nameOf(label) === name);
    if (labels.length === 0) return [];
    const isWhole = labels.every((label) => samples[label] === 'all');
    const parts = [...new Set(labels.map((label) => label.split('.').at(-1)!))];
    return [isWhole ? reason : `${parts.join(', ').replace('gradients', '2nd order')}: ${reason}`];
  });
  return reasons.length === 0 ? 'no sample of a supported dtype' : [...new Set(reasons)].join('; ');
}

/** The name of a label such as `max@binary.float64`. */
function nameOf(label: string): string {
  return label.replace(/(?:@.*)?\.(?:\w+)$/, '');
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
