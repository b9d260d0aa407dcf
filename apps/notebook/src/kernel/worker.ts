import type { KernelApi } from '../protocol.ts';
import { serve } from '../remote.ts';
import { graphOf } from './graph.ts';
import { Session } from './session.ts';

let session = new Session();

serve<KernelApi>({
  reset: async () => {
    session = new Session();
  },
  use: (backend) => session.use(backend),
  run: (cell, code) => session.run(cell, code),
  graph: (names) => graphOf(names, session.tensors()),
});
