import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Contestant } from '../contestant.ts';
import { inputSpecs } from '../inputs.ts';
import type { Clock } from '../options.ts';
import type { Entry } from '../roster.ts';
import { checkedSteps, learningRate, type Work } from '../work.ts';

/** One line of what pytorch.py answers. */
interface Reply {
  readonly missing?: true;
  readonly about?: string;
  readonly result?: string;
  readonly declined?: string;
  readonly time?: number;
}

/** PyTorch with one thread, in a process of Debian's Python; undefined where it is not installed. */
export async function openPython(
  { id, name }: Entry,
  clock: Clock,
  python = '/usr/bin/python3',
): Promise<Contestant | undefined> {
  const script = fileURLToPath(new URL('../engines/pytorch.py', import.meta.url));
  const child = spawn(python, [script, clock], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  const failed = new Promise<undefined>((done) => child.once('error', () => done(undefined)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const reply = async (): Promise<Reply> => {
    const line = await Promise.race([lines.next(), failed]);
    return line === undefined || line.done === true ? { missing: true } : JSON.parse(line.value);
  };
  const ask = (what: 'prepare' | 'time', work: Work, more: object): Promise<Reply> => {
    child.stdin.write(
      `${JSON.stringify({ do: what, key: JSON.stringify(work), work: told(work), ...more })}\n`,
    );
    return reply();
  };
  const { about } = await reply();
  if (about === undefined) return undefined;
  return {
    id,
    name,
    about,
    prepare: async (work) => {
      const { result, declined = 'stopped' } = await ask('prepare', work, { inputs: inputSpecs(work) });
      return result === undefined ? { declined } : { result: floats(Buffer.from(result, 'base64')) };
    },
    time: async (work, times) => {
      const { time } = await ask('time', work, { times });
      if (time === undefined) throw new Error(`${name} gave no time for ${work.op}`);
      return time;
    },
    close: async () => void child.stdin.end(),
  };
}

/** Work with what the script has to know besides. */
function told(work: Work): object {
  return 'optimizer' in work ? { ...work, rate: learningRate[work.optimizer], steps: checkedSteps } : work;
}

function floats(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
