import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import colors from 'picocolors';
import { declaredGaps, opInfoNames } from '../committed.ts';
import { UsageError } from '../corpus/read.ts';
import { type FeaturesReport, featuresMarkdown } from '../report/features.ts';
import { merged } from './output.ts';
import { runGradients, runOps } from './run-corpus.ts';

export interface FeaturesOptions {
  readonly backend: string;
  readonly report?: string;
  readonly file: string;
  readonly write?: boolean;
}

/** `features`: writes FEATURES.md, or says whether it is up to date. Gives the exit code. */
export async function features(options: FeaturesOptions): Promise<number> {
  const report = options.report === undefined ? await measured(options.backend) : readReports(options.report);
  const text = featuresMarkdown(opInfoNames(), report, declaredGaps());
  if (options.write === true) {
    writeFileSync(options.file, text);
    console.log(`${options.file} written`);
    return 0;
  }
  const isCurrent = existsSync(options.file) && readFileSync(options.file, 'utf8') === text;
  console.log(
    isCurrent
      ? `${options.file} is up to date`
      : colors.red(`${options.file} is not up to date: add --write`),
  );
  return isCurrent ? 0 : 1;
}

async function measured(backend: string): Promise<FeaturesReport> {
  const ops = await runOps({ host: 'node', backend });
  const gradients = await runGradients({ host: 'node', backend: 'cpu' });
  return merged(ops.report, gradients.report) as FeaturesReport;
}

/** Several reports, with commas between, are put together: backends that run on different hosts. */
function readReports(paths: string): FeaturesReport {
  const backends = paths.split(',').map((path) => readReport(path).backends);
  return { backends: Object.assign({}, ...backends) };
}

function readReport(path: string): FeaturesReport {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FeaturesReport;
  } catch (error) {
    throw new UsageError(`cannot read the report ${path}: ${(error as Error).message}`);
  }
}
