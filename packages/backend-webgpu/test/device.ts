import { createWebGpuBackend, init, type WebGpuBackend, type WebGpuOptions } from '@taimatsu/backend-webgpu';
import { afterAll, describe, expect, test } from 'vitest';
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
export function onDevice(
  name: string,
  suite: (backend: WebGpuBackend) => void,
  backend: WebGpuBackend | undefined = found.backend,
): void {
  if (backend === undefined)
    describe.skip(`${name} (no WebGPU: ${found.missing})`, () => suite(undefined as never));
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

const full = found.backend === undefined ? undefined : await hardware();
const bare = found.backend === undefined ? undefined : await withoutFeatures();

/** As {@link onDevice}, and where kernels for GPUs exchange values in subgroups and where they cannot. */
export function withSubgroupsAndWithout(name: string, suite: (backend: WebGpuBackend) => void): void {
  onDevice(name, suite);
  if (full === undefined || full.device.features.has('subgroups'))
    onDevice(`${name}, subgroups`, suite, full);
  onDevice(`${name}, no subgroups`, suite, bare);
  test.runIf(bare)(`${name} has a device without subgroups`, () => {
    expect(bare!.device.features.has('subgroups')).toBe(false);
  });
}

/** Another device, of its own. */
export function another(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  return init({ name: 'webgpu-2', ...options });
}

/** A device that says of itself that it is no software, so that kernels for others run on it. */
export async function hardware(): Promise<WebGpuBackend> {
  return disguised(await another());
}

function disguised({ device }: WebGpuBackend): WebGpuBackend {
  Object.defineProperty(device, 'adapterInfo', { value: { description: 'none', architecture: '' } });
  return createWebGpuBackend(device);
}

/** A device with no optional feature. */
async function withoutFeatures(): Promise<WebGpuBackend> {
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = function (options) {
    return request.call(this, { ...options, requiredFeatures: [] });
  };
  try {
    return disguised(await another());
  } finally {
    GPUAdapter.prototype.requestDevice = request;
  }
}
