import { draw } from './draw.ts';
import type { Reply, Request, Requests } from './protocol.ts';
import { Session } from './session.ts';

const session = new Session();

const answers: Requests = {
  use: (backend) => session.use(backend),
  run: (cell, code) => session.run(cell, code),
  draw: (names) => {
    const tensors = session.tensors();
    return draw(
      names.map((name) => tensors[name]).filter((tensor) => tensor !== undefined),
      tensors,
    );
  },
};

let last: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  last = last.then(() => answer(data)).then((reply) => postMessage(reply));
});

async function answer({ id, method, args }: Request): Promise<Reply> {
  try {
    const handle = answers[method] as (...args: readonly unknown[]) => Promise<unknown>;
    return { id, result: await handle(...args) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
