import { setDefaultDevice, setWarningHandler } from '@taimatsu/core';
import colors from 'picocolors';
import { loadBackends } from '../backends/load.ts';
import { corpusFolder, declaredGaps } from '../committed.ts';
import type { Gaps } from '../corpus/gaps.ts';
import { corpusEntries } from '../corpus/read.ts';
import { checkSecondOrder, type SecondOrderCount } from '../corpus/second-order.ts';
import { isGreen, type ReplayReport } from '../report/replay-report.ts';
import { secondOrderTable } from '../report/tables.ts';
import { replayOn, showReplay } from './replay.ts';

/** Levels that replay the corpus of this package instead of running scenarios. */
export const corpusLevels = ['ops', 'gradients'] as const;

/** Second derivatives by backend and operator, as `--json` writes them. */
export interface GradientsReport {
  readonly backends: Readonly<
    Record<string, { readonly gradients: Readonly<Record<string, SecondOrderCount>> }>
  >;
}

interface Place {
  readonly host: string;
  readonly backend: string;
}

/** Replays the corpus that comes with this package, held to its declared gaps. */
export async function runOps(place: Place): Promise<{ report: ReplayReport; isGreen: boolean }> {
  const report = await replayOn(place, corpusEntries(corpusFolder()), declaredGaps());
  showReplay(report, 1);
  return { report, isGreen: Object.values(report.backends).every(isGreen) };
}

/** Checks second derivatives of the corpus's float64 operators, in this process. */
export async function runGradients(place: Place): Promise<{ report: GradientsReport; isGreen: boolean }> {
  const backends: Record<string, { gradients: Record<string, SecondOrderCount> }> = {};
  const gaps = declaredGaps();
  let green = true;
  for (const { name, backend } of await loadBackends(place.backend)) {
    const start = performance.now();
    if (!backend.manifest.syncRead) {
      console.log(`${name}: second order is checked on backends that can be read at once only`);
      continue;
    }
    setDefaultDevice(backend);
    const warnings = setWarningHandler(() => {});
    const gradients: Record<string, SecondOrderCount> = {};
    for (const { label, op, read } of corpusEntries(corpusFolder())) {
      if (!label.endsWith('.float64')) continue;
      const count = checkSecondOrder(read());
      if (count === undefined) continue;
      gradients[op] = count;
      for (const complaint of complaints(op, name, count, gaps)) {
        green = false;
        console.log(colors.red(complaint));
      }
    }
    setWarningHandler(warnings);
    console.log(`${colors.bold(name)}\n${secondOrderTable(gradients)}`);
    console.log(colors.dim(`${((performance.now() - start) / 1000).toFixed(1)} s`));
    backends[name] = { gradients };
  }
  return { report: { backends }, isGreen: green };
}

/** What is wrong and not declared, or declared and not wrong; gaps of second order are under `OP.gradients`. */
function complaints(
  op: string,
  backend: string,
  { checked, passed }: SecondOrderCount,
  gaps: Gaps,
): string[] {
  const isDeclared = gaps.some(
    ({ backends, samples }) =>
      Object.hasOwn(samples, `${op}.gradients`) && (backends?.includes(backend) ?? true),
  );
  if (passed < checked && !isDeclared)
    return [`${op}: ${checked - passed} of ${checked} wrong in second order`];
  if (passed === checked && isDeclared) return [`${op}: declared to be wrong in second order, and is right`];
  return [];
}
