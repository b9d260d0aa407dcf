import { fail } from '@taimatsu/core/backend';
import { type BackendOptions, createWebGpuBackend, type WebGpuBackend } from './backend.ts';
import type { KernelText } from './codegen/module.ts';

/** Which device {@link init} takes. */
export interface WebGpuOptions extends BackendOptions {
  /** Where adapters come from; the browser's `navigator.gpu`, or in Node the `webgpu` package, when it is not given. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
  /** Also take an adapter that computes in software. */
  readonly forceFallbackAdapter?: boolean;
  /** Kernels to compile before it is ready: what `programs()` of an earlier backend gave. */
  readonly programs?: readonly KernelText[];
}

const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
] as const;

const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];

/**
 * A backend on a new device, with the limits that its adapter has.
 * @throws `backend/unsupported` where there is no WebGPU or no adapter
 */
export async function init(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  const { name = 'webgpu', budget, powerPreference = 'high-performance', forceFallbackAdapter } = options;
  const refuse = (reason: string): never =>
    fail('backend/unsupported', { backend: name, what: 'this host', reason });
  const gpu =
    options.gpu ?? (await hostGpu()) ?? refuse('it has no WebGPU; in Node, install the package `webgpu`');
  const adapter = await gpu.requestAdapter({
    powerPreference,
    ...(forceFallbackAdapter === undefined ? {} : { forceFallbackAdapter }),
  });
  if (adapter === null) return refuse('WebGPU found no adapter: no GPU, no driver, or none that is allowed');
  const requiredLimits: Record<string, number> = {};
  for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit];
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  const backend = createWebGpuBackend(device, { name, budget });
  if (options.programs !== undefined) await backend.compileAhead(options.programs);
  return backend;
}

/** In Node, adapters and devices do not keep alive what they came from, so nothing else may let go of it. */
let nodeGpu: GPU | undefined;

async function hostGpu(): Promise<GPU | undefined> {
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own !== undefined || nodeGpu !== undefined) return own ?? nodeGpu;
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    nodeGpu = create([]);
  } catch {
    return undefined;
  }
  return nodeGpu;
}
