import { createWebGpuBackend, init, type WebGpuBackend, type WebGpuOptions } from '@taimatsu/backend-webgpu';
import { afterAll, describe } from 'vitest';
import { need } from '../../../tools/need.ts';

interface Found {
  readonly backend: WebGpuBackend | undefined;
  /** Why there is none. */
  readonly missing: string;
}

async function find(): Promise<Found> {
  const reasons: string[] = [];
  try {
    if (process.env.VK_ICD_FILENAMES?.includes('/chromium/') === true) need('chromium');
    return { backend: await init(), missing: '' };
  } catch (error) {
    reasons.push((error as Error).message);
  }
  try {
    need('chromium');
  } catch (error) {
    reasons.push((error as Error).message);
  }
  return { backend: undefined, missing: reasons.join(' ') };
}

const found = await find();
// Where CI is set, what tests need can be installed.
if (found.backend === undefined && process.env.CI) throw new Error(`No WebGPU for tests: ${found.missing}`);
if (found.backend === undefined) console.warn(`No WebGPU for tests: ${found.missing}`);

/** A suite that needs a device; skipped with the reason in its name where there is none. */
export function onDevice(name: string, suite: (backend: WebGpuBackend) => void): void {
  const { backend, missing } = found;
  if (backend === undefined)
    describe.skip(`${name} (no WebGPU: ${missing})`, () => suite(undefined as never));
  else {
    describe(name, { timeout: 120_000 }, () => {
      suite(backend);
      // A worker that ends while the device still owes an answer takes the process with it.
      afterAll(async () => {
        await backend.readAsync(backend.alloc('float32', 1, {}), 0, 1).catch(() => undefined);
      });
    });
  }
}

/** Another device, of its own. */
export const another = (options: WebGpuOptions = {}): Promise<WebGpuBackend> =>
  init({ name: 'webgpu-2', ...options });

/** A device that says of itself that it is no software, so that kernels for others run on it. */
export async function hardware(): Promise<WebGpuBackend> {
  const { device } = await another();
  Object.defineProperty(device, 'adapterInfo', { value: { description: 'none', architecture: '' } });
  return createWebGpuBackend(device);
}
