import type { Prepared } from './contestant.ts';
import { type Engine, type Made, type Makers, type Now, type Task, timeTask } from './task.ts';
import type { Op, Work } from './work.ts';

/** Where an engine sits, in a process of its own or in a page: keeps the tasks that were made ready. */
export class Seat {
  readonly #tasks = new Map<string, Task>();
  readonly #now: Now | undefined;
  readonly engine: Engine;

  constructor(engine: Engine, now?: Now) {
    this.engine = engine;
    this.#now = now;
  }

  async prepare(work: Work): Promise<Prepared> {
    await this.engine.enter?.();
    try {
      const task = await make(this.engine.makers, work);
      if ('declined' in task) return task;
      const result = await task.result();
      this.#tasks.set(JSON.stringify(work), task);
      return { result };
    } catch (error) {
      const [line] = (error instanceof Error ? error.message : String(error)).split('\n', 2);
      return { declined: `failed: ${line}` };
    }
  }

  async time(work: Work, times: number): Promise<number> {
    await this.engine.enter?.();
    return timeTask(this.task(work), times, this.#now);
  }

  task(work: Work): Task {
    const task = this.#tasks.get(JSON.stringify(work));
    if (task === undefined) throw new Error(`not made ready: ${JSON.stringify(work)}`);
    return task;
  }
}

function make<O extends Op>(makers: Makers, work: Extract<Work, { op: O }>): Made | Promise<Made> {
  const maker = makers[work.op as O];
  return 'declined' in maker ? maker : maker(work as never);
}
