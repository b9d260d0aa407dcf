import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UsageError } from '../corpus/read.ts';
import { isolation, servePage } from './page-server.ts';

export { isolation };

const executables = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Software rendering everywhere, so that answers do not depend on the machine's graphics; and nothing from the network. */
const flags = [
  '--no-sandbox',
  // A driver in software may take long over one kernel.
  '--disable-gpu-watchdog',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

/** What a page's module puts at `globalThis.taimatsu`: functions of plain data. */
type Api<A> = { readonly [K in keyof A]: (...args: never[]) => Promise<unknown> };

/** A page in a browser of its own. */
export interface OpenPage<A extends Api<A>> {
  /** The browser's version. */
  readonly version: string;
  call<K extends keyof A & string>(name: K, ...args: Parameters<A[K]>): ReturnType<A[K]>;
  /** Stops the browser. */
  close(): Promise<void>;
}

/**
 * Bundles a module, opens it in a headless Chromium, cross-origin isolated unless other headers are given, and waits for
 * its `globalThis.taimatsu`.
 * @throws {@link UsageError}
 */
export async function openPage<A extends Api<A>>(
  entry: string,
  headers: Readonly<Record<string, string>> = isolation,
): Promise<OpenPage<A>> {
  const executablePath = findChromium();
  const { chromium } = await import('playwright-core').catch(() => {
    throw new UsageError(
      '--host chromium drives the browser with playwright-core, which is not installed: add it',
    );
  });
  const served = await servePage(entry, headers);
  const browser = await chromium
    .launch({ executablePath, headless: true, args: flags })
    .catch((error: unknown) => {
      served.close();
      throw new UsageError(`Chromium at ${executablePath} did not start: ${(error as Error).message}`);
    });
  const close = async (): Promise<void> => {
    await browser.close();
    served.close();
  };
  try {
    const page = await browser.newPage();
    let crash: string | undefined;
    page.on('pageerror', (error) => {
      crash ??= error.message;
    });
    await page.goto(served.url);
    await page
      .waitForFunction('globalThis.taimatsu !== undefined', undefined, { timeout: 30_000 })
      .catch(() => {
        throw new UsageError(`the page did not come up: ${crash ?? 'no error shown'}`);
      });
    return {
      version: browser.version(),
      call: (name, ...args) =>
        page.evaluate(
          ([method, given]) => {
            const api = (
              globalThis as unknown as { taimatsu: Record<string, (...all: unknown[]) => unknown> }
            ).taimatsu;
            return api[method]!(...given);
          },
          [name, args] as [string, unknown[]],
        ) as never,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Chromium's path: `TAIMATSU_CHROMIUM`, or the first on the search path. @throws {@link UsageError} */
export function findChromium(): string {
  const given = process.env.TAIMATSU_CHROMIUM;
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return given;
    throw new UsageError(`TAIMATSU_CHROMIUM is ${given}, which cannot be executed`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = executables.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found !== undefined) return found;
  throw new UsageError(
    'no Chromium found: install one (on Debian: `apt-get install --no-install-recommends chromium libvulkan1`) or set TAIMATSU_CHROMIUM to its path',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
