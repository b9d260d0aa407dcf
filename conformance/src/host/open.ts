import { UsageError } from '../corpus/read.ts';
import { type Host, hostNames } from './host.ts';

/** Runs `body` with backends on a host, and closes the host. `backends` are names or paths, with commas between. */
export async function withHost<R>(
  host: string,
  backends: string,
  body: (host: Host) => Promise<R>,
): Promise<R> {
  const opened = await open(host, backends);
  try {
    return await body(opened);
  } finally {
    await opened.close();
  }
}

async function open(host: string, backends: string): Promise<Host> {
  if (host === 'node') return (await import('./node.ts')).openNode(backends);
  if (host === 'chromium') return (await import('./chromium.ts')).openChromium(backends, true);
  if (host === 'chromium-plain') return (await import('./chromium.ts')).openChromium(backends, false);
  throw new UsageError(`no host named ${host}; there are ${hostNames.join(', ')}`);
}
