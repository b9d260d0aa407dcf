import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Contestant, Prepared } from '../contestant.ts';
import type { Clock } from '../options.ts';
import type { Entry } from '../roster.ts';
import type { Work } from '../work.ts';

/** What is asked of a contestant's process. */
export type Request =
  | { readonly do: 'prepare'; readonly work: Work }
  | { readonly do: 'time'; readonly work: Work; readonly times: number };

/** What it answers; `about` comes first and unasked. */
export type Answer =
  | { readonly about: string }
  | { readonly failed: string }
  | { readonly prepared: Prepared }
  | { readonly time: number };

/** An engine in a Node process of its own, so that no contestant shapes what the compiler makes of another. */
export async function openProcess({ id, name }: Entry, clock: Clock): Promise<Contestant> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [id, clock], {
    serialization: 'advanced',
    execArgv: ['--conditions=@taimatsu/source', '--max-old-space-size=4096'],
  });
  const answer = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const stopped = (code: number | null): void => reject(new Error(`${name} stopped (${code})`));
      child.once('exit', stopped);
      child.once('message', (message) => {
        child.off('exit', stopped);
        resolve(message as Answer);
      });
    });
  const ask = (request: Request): Promise<Answer> => {
    const coming = answer();
    child.send(request);
    return coming;
  };
  const first = await answer();
  const close = async (): Promise<void> => {
    child.kill();
  };
  if (!('about' in first)) {
    await close();
    throw new Error(`${name} did not start: ${'failed' in first ? first.failed : 'no word from it'}`);
  }
  return {
    id,
    name,
    about: first.about,
    prepare: async (work) => {
      const got = await ask({ do: 'prepare', work });
      return 'prepared' in got ? got.prepared : { declined: 'no answer' };
    },
    time: async (work, times) => {
      const got = await ask({ do: 'time', work, times });
      if ('time' in got) return got.time;
      throw new Error(`${name} gave no time for ${work.op}`);
    },
    close,
  };
}
