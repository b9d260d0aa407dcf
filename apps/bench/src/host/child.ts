// One contestant's process: makes the engine named by its argument and answers requests.
import { Seat } from '../seat.ts';
import { nodeEngines } from './engines.ts';
import type { Answer, Request } from './process.ts';

const id = process.argv[2]!;
const send = (answer: Answer): void => void process.send!(answer);

try {
  const seat = new Seat(await nodeEngines[id]!());
  send({ about: seat.engine.about });
  process.on('message', async (request: Request) => {
    if (request.do === 'prepare') send({ prepared: await seat.prepare(request.work) });
    else send({ time: await seat.time(request.work, request.times) });
  });
} catch (error) {
  send({ failed: error instanceof Error ? error.message : String(error) });
}
process.on('disconnect', () => process.exit());
