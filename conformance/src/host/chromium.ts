import { fileURLToPath } from 'node:url';
import { UsageError } from '../corpus/read.ts';
import { isolation, openPage } from './browser.ts';
import type { Host, HostedBackend } from './host.ts';
import type { PageApi } from './page.ts';

// This file is as deep as the built one, which is beside the folder of the page's.
const isSource = import.meta.url.endsWith('.ts');
const entry = fileURLToPath(new URL(isSource ? './page.ts' : './host/page.js', import.meta.url));

/**
 * Backends in a page of a headless Chromium, which is started for this and stopped by `close`. The page is cross-origin
 * isolated, or is not.
 */
export async function openChromium(list: string, isolated: boolean): Promise<Host> {
  const names = list.split(',').filter((name) => name !== '');
  const page = await openPage<PageApi>(entry, isolated ? isolation : {});
  try {
    const backends: HostedBackend[] = [];
    for (const name of names) {
      const executor = await page.call('load', name).catch((error: unknown) => {
        throw new UsageError(`backend ${name} cannot be loaded in Chromium: ${(error as Error).message}`);
      });
      backends.push({
        name,
        executor: `${executor} in Chromium ${page.version}${isolated ? '' : ', not isolated'}`,
      });
    }
    return {
      backends,
      runScenario: (scenario, name) => page.call('runScenario', scenario, name),
      replayFile: (file, name) => page.call('replayFile', file, name),
      runKernelCheck: (id, name, options) => page.call('runKernelCheck', id, name, options),
      close: () => page.close(),
    };
  } catch (error) {
    await page.close();
    throw error;
  }
}
