import { parseArgs } from 'node:util';
import { type HostName, hostNames } from './roster.ts';

/** What times are read from: the wall's clock, or the processor time of one thread, which others' work does not lengthen. */
export const clocks = ['wall', 'processor'] as const;
export type Clock = (typeof clocks)[number];

/** What `pnpm bench` was asked for. */
export interface Options {
  readonly host: HostName;
  readonly clock: Clock;
  readonly contestants: string | undefined;
  readonly only: string | undefined;
  readonly rounds: number;
  /** Seconds after which no further round begins. */
  readonly seconds: number;
  readonly json: string | undefined;
  readonly chart: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

export const usage = `pnpm bench [options]
  --host node|chromium     where contestants run (node)
  --contestants a,b        who takes part; ratios are to the first (the usual ones of the host)
  --clock wall|processor   what times are read from; processor: of one thread, for a busy machine (wall)
  --only a,b               cases, parts of their names, or groups
  --rounds N               rounds, all contestants and cases in each (7)
  --seconds N              begins no round after so many seconds
  --json FILE              everything measured, as JSON
  --chart FILE             a chart, as SVG
  --list                   says who and what there is
`;

/** Reads the command line. @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', default: 'node' },
      clock: { type: 'string', default: 'wall' },
      contestants: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: 'Infinity' },
      json: { type: 'string' },
      chart: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const host = hostNames.find((name) => name === values.host);
  if (host === undefined) throw new Error(`no host ${values.host}; there are ${hostNames.join(', ')}`);
  const clock = clocks.find((name) => name === values.clock);
  if (clock === undefined) throw new Error(`no clock ${values.clock}; there are ${clocks.join(', ')}`);
  if (clock === 'processor' && host !== 'node') throw new Error('--clock processor is for --host node');
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds takes a whole number from 1, not ${values.rounds}`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`--seconds takes a number above 0, not ${values.seconds}`);
  const { contestants, only, json, chart, list, help } = values;
  return { host, clock, contestants, only, rounds, seconds, json, chart, list, help };
}
