import { Command, CommanderError, InvalidArgumentError } from 'commander';
import colors from 'picocolors';
import { backendNames } from '../backends/load.ts';
import { UsageError } from '../corpus/read.ts';
import { hostNames } from '../host/host.ts';
import { levels } from '../scenario/schema.ts';
import { diff } from './diff.ts';
import { type FeaturesOptions, features } from './features.ts';
import { type KernelsOptions, kernels } from './kernels.ts';
import { type ListOptions, list } from './list.ts';
import { type NotebookOptions, notebook } from './notebook.ts';
import { type ReplayOptions, replay } from './replay.ts';
import { type RunOptions, run } from './run.ts';

/** Exit codes: everything held; something failed; the command line made no sense. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

const backendHelp = `backends by name (${backendNames.join(', ')}) or path (./my-backend.js), with commas between`;
const hostHelp = `where backends run: ${hostNames.join(', ')}`;

/** Runs the command line, and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  const program = build(async (action) => {
    code = await action;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof UsageError)) throw error;
    console.error(`${colors.red('error:')} ${error.message}`);
    return exitCodes.usage;
  }
}

function build(finish: (action: Promise<number> | number) => Promise<void>): Command {
  const program = new Command('taimatsu-conformance')
    .description("Holds Taimatsu's backends to PyTorch's own answers.")
    .showHelpAfterError('(add --help for the options)');

  program
    .command('notebook')
    .description('replay the seed notebook, cell by cell')
    .option('-b, --backend <name>', 'a backend by name or path', 'cpu')
    .option('--host <name>', hostHelp, 'node')
    .action((options: NotebookOptions) => finish(notebook(options)));

  reports(program.command('run'))
    .description('run scenarios of the suite, and every operator of the corpus')
    .option('-l, --level <levels>', `levels, with commas between: ${[...levels, 'gradients'].join(', ')}`)
    .option('--id <ids>', 'scenarios by id; `notebook` stands for all below it')
    .option('--suite <file>', 'the scenarios of this file instead, such as recorded random programs')
    .option('-b, --backend <names>', backendHelp, 'cpu')
    .option('--host <name>', hostHelp, 'node')
    .action((options: RunOptions) => finish(run(options)));

  reports(program.command('replay'))
    .description('replay calls recorded from PyTorch: outputs and gradients, a file per operator')
    .requiredOption('-c, --corpus <path>', 'a folder of recorded operators, or one file')
    .option('-b, --backend <names>', backendHelp, 'cpu')
    .option('--host <name>', hostHelp, 'node')
    .option('--ops <names>', 'operators by name, with commas between; `max` stands for all its variants')
    .option('--failures <n>', 'show the first n failures of each operator', natural, 1)
    .action((options: ReplayOptions) => finish(replay(options)));

  program
    .command('kernels')
    .description('try each kernel on random layouts, sizes and dtypes, against its meaning')
    .option('-b, --backend <names>', backendHelp, 'cpu')
    .option('--host <name>', hostHelp, 'node')
    .option('--only <names>', 'kernel kinds or checks, with commas between: `reduce`, `sort/long-lines`')
    .option('--runs <n>', 'random cases of each check', natural, 50)
    .option('--seed <n>', 'other cases', natural, 1)
    .action((options: KernelsOptions) => finish(kernels(options)));

  program
    .command('features')
    .description("FEATURES.md, every name of PyTorch's OpInfo on each backend: is it up to date?")
    .option('-w, --write', 'write it')
    .option(
      '-r, --report <files>',
      'reports of `run --level ops,gradients --json`, with commas between, instead of running both',
    )
    .option('-b, --backend <names>', backendHelp, 'cpu,wasm')
    .option('--file <path>', 'where it is', 'FEATURES.md')
    .action((options: FeaturesOptions) => finish(features(options)));

  program
    .command('list')
    .description('list scenarios, or the operators that can be called')
    .option('-l, --level <levels>', 'scenarios of these levels only')
    .option('--ops', "PyTorch's names instead, and whether the library has them")
    .action((options: ListOptions) => finish(list(options)));

  program
    .command('diff')
    .description('compare two reports that were written with --json')
    .argument('<before>')
    .argument('<after>')
    .action((before: string, after: string) => finish(diff(before, after)));

  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

/** The options of commands that write reports. */
function reports(command: Command): Command {
  return command
    .option('--json <file>', 'write a JSON report')
    .option('--junit <file>', 'write a JUnit XML report')
    .option('--markdown <file>', 'write a Markdown report');
}

function natural(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a whole number');
  return Number(text);
}
