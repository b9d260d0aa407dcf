/** What a worker can be asked: methods that answer with promises. */
type Api<A> = { readonly [M in keyof A]: (...args: never[]) => Promise<unknown> };

interface Request {
  readonly id: number;
  readonly method: PropertyKey;
  readonly args: readonly unknown[];
}

type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string };

/** The page's end of a worker: each call becomes a message, each answer settles its promise. */
export class Remote<A extends Api<A>> {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, PromiseWithResolvers<unknown>>();
  private lastId = 0;

  constructor(worker: Worker) {
    this.worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
      const promise = this.waiting.get(data.id)!;
      this.waiting.delete(data.id);
      if ('failure' in data) promise.reject(new Error(data.failure));
      else promise.resolve(data.result);
    });
  }

  /** Whether an answer is still to come. */
  get isBusy(): boolean {
    return this.waiting.size > 0;
  }

  call<M extends keyof A>(method: M, ...args: Parameters<A[M]>): ReturnType<A[M]> {
    const promise = Promise.withResolvers<unknown>();
    const request: Request = { id: ++this.lastId, method, args };
    this.waiting.set(request.id, promise);
    this.worker.postMessage(request);
    return promise.promise as ReturnType<A[M]>;
  }

  /** Ends the worker at once, whatever it is doing; what was asked of it is rejected with {@link Stopped}. */
  stop(): void {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Stopped());
    this.waiting.clear();
  }
}

/** Rejects what was asked of a worker that was stopped. */
export class Stopped extends Error {}

/** The worker's end: answers one request after the other, in the order of asking. */
export function serve<A extends Api<A>>(answers: A): void {
  let last: Promise<void> = Promise.resolve();
  addEventListener('message', ({ data }: MessageEvent<Request>) => {
    last = last.then(() => answer(answers, data)).then((reply) => postMessage(reply));
  });
}

async function answer<A extends Api<A>>(answers: A, { id, method, args }: Request): Promise<Reply> {
  try {
    return { id, result: await answers[method as keyof A](...(args as never[])) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
