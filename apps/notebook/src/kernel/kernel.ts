import type { Reply, Request, Requests } from './protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The page's end of the worker: each request becomes a message, each answer settles its promise. */
export class Kernel implements Requests {
  private readonly worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  constructor() {
    this.worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
      const { resolve, reject } = this.waiting.get(data.id)!;
      this.waiting.delete(data.id);
      if ('failure' in data) reject(new Error(data.failure));
      else resolve(data.result);
    });
  }

  readonly use: Requests['use'] = this.ask('use');
  readonly run: Requests['run'] = this.ask('run');
  readonly draw: Requests['draw'] = this.ask('draw');

  /** Ends the worker at once, whatever it is doing; what was asked of it is rejected. */
  stop(): void {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Stopped());
    this.waiting.clear();
  }

  private ask<M extends keyof Requests>(method: M): Requests[M] {
    const send = (...args: readonly unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const request: Request = { id: ++this.lastId, method, args };
        this.waiting.set(request.id, { resolve, reject });
        this.worker.postMessage(request);
      });
    return send as Requests[M];
  }
}

/** Rejects what was asked of a kernel that was stopped. */
export class Stopped extends Error {}
