import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Contestant } from '../contestant.ts';

/** PyTorch with one thread, in a process of its own; undefined where the system's Python has none. */
export async function pytorch(python = '/usr/bin/python3'): Promise<Contestant | undefined> {
  const script = fileURLToPath(new URL('./pytorch.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const failed = new Promise<undefined>((done) => child.once('error', () => done(undefined)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string | undefined> => {
    const line = await Promise.race([lines.next(), failed]);
    return line === undefined || line.done === true ? undefined : line.value;
  };
  const version = await answer();
  if (version === undefined || version === 'missing') return undefined;
  return {
    name: 'PyTorch',
    about: `${version}, one thread`,
    time: async (id, times) => {
      child.stdin.write(`${id} ${times}\n`);
      const reply = await answer();
      return reply === undefined || reply === 'none' ? undefined : Number(reply);
    },
    close: () => child.stdin.end(),
  };
}
