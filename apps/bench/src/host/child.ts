// One contestant's process: makes the engine named by its first argument and answers requests.
import { Seat } from '../seat.ts';
import { nodeEngines } from './engines.ts';
import type { Answer, Request } from './process.ts';

const [, , id, clock] = process.argv;

/** What this thread has computed, whoever else had the processor in between. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

const send = (answer: Answer): void => void process.send!(answer);

try {
  const seat = new Seat(await nodeEngines[id!]!(), clock === 'processor' ? processorTime : undefined);
  send({ about: seat.engine.about });
  process.on('message', async (request: Request) => {
    if (request.do === 'prepare') send({ prepared: await seat.prepare(request.work) });
    else send({ time: await seat.time(request.work, request.times) });
  });
} catch (error) {
  send({ failed: error instanceof Error ? error.message : String(error) });
}
process.on('disconnect', () => process.exit());
