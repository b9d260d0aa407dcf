import { writeFileSync } from 'node:fs';
import { chooseCases } from './cases.ts';
import { openContestants } from './host/open.ts';
import { readOptions, usage } from './options.ts';
import { deviceTable } from './report/device.ts';
import { reportJson } from './report/json.ts';
import { reportNotes, reportTables } from './report/table.ts';
import { chooseEntries, roster } from './roster.ts';
import { runCases } from './run.ts';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(usage);
  const cases = chooseCases(options.only);
  if (options.list) {
    for (const { id, name } of roster[options.host]) console.log(`${id.padEnd(14)} ${name}`);
    for (const { id, group, what } of cases) console.log(`${id.padEnd(14)} ${group}: ${what}`);
    return;
  }
  const chosen = chooseEntries(options.host, options.contestants);
  const entries = options.clock === 'wall' ? chosen : chosen.filter(({ threads }) => threads === 1);
  const { contestants, reference, close } = await openContestants(options.host, entries, options.clock);
  try {
    for (const { name, about } of contestants) console.log(`${name}: ${about}`);
    console.log(
      `results are compared with those of ${reference.name}; times are of the ${options.clock} clock\n`,
    );
    const until = options.seconds * 1e3;
    const results = await runCases(cases, contestants, {
      rounds: options.rounds,
      until,
      reference,
      progress,
    });
    progress('');
    console.log(reportTables(results, entries));
    console.log(deviceTable(results, entries) ?? '');
    console.log(reportNotes(results, entries));
    if (options.json !== undefined) {
      const report = reportJson(options, results, entries, contestants);
      writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
    if (options.chart !== undefined) {
      const { reportChart } = await import('./report/chart.ts');
      const title = `Taimatsu and its peers, ${options.host}`;
      writeFileSync(options.chart, await reportChart(results, entries, title));
    }
  } finally {
    await close();
  }
}

/** One line on a terminal that is written over and over; nothing elsewhere. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
