import { fail } from '../errors/index.ts';
import type { Backend } from './backend.ts';

const backends = new Map<string, Backend>();
let current: Backend | undefined;

/** A device: a backend, or the name of one that is registered. */
export type Device = Backend | string;

/** Makes a backend known by its name, so that `tensor.to('name')` finds it. The same name again replaces it. */
export function registerBackend(backend: Backend): void {
  backends.set(backend.name, backend);
}

/** The registered backends' names. */
export function registeredBackends(): readonly string[] {
  return [...backends.keys()];
}

/**
 * The backend that a device stands for; the default one when undefined.
 * @throws `backend/unknown`, `backend/none`
 */
export function backendOf(device: Device | undefined): Backend {
  if (device === undefined) return current ?? fail('backend/none', {});
  if (typeof device !== 'string') return device;
  return backends.get(device) ?? fail('backend/unknown', { name: device, known: registeredBackends() });
}

/** Puts new tensors on `device` from now on, and registers it if it is a backend. Returns the one before. */
export function setDefaultDevice(device: Device): Backend | undefined {
  const next = backendOf(device);
  registerBackend(next);
  const previous = current;
  current = next;
  return previous;
}

/** The backend that new tensors go to. @throws `backend/none` */
export function getDefaultDevice(): Backend {
  return current ?? fail('backend/none', {});
}

/** How many threads compute on a device, the default one unless given. */
export function getNumThreads(device?: Device): number {
  return backendOf(device).threads ?? 1;
}

/**
 * Lets up to `count` threads compute on a device, the default one unless given. Results are the same bits for any number.
 * Has no effect where there are no threads: `getNumThreads` says what came of it.
 * @throws `backend/num-threads`
 */
export function setNumThreads(count: number, device?: Device): void {
  if (!Number.isInteger(count) || count < 1) fail('backend/num-threads', {});
  const backend = backendOf(device);
  if (backend.threads !== undefined) backend.threads = count;
}
