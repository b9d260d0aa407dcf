import { createGpuBackend } from '@taimatsu/backend-gpu';
import { createWasmBackend } from '@taimatsu/backend-wasm';
import { init } from '@taimatsu/backend-webgpu';
import type { DeviceCalls, Prepared } from '../contestant.ts';
import { jaxJs } from '../engines/jax.ts';
import { taimatsu } from '../engines/taimatsu.ts';
import { tfjs } from '../engines/tfjs.ts';
import { Seat } from '../seat.ts';
import type { Engine } from '../task.ts';
import type { Work } from '../work.ts';
import { callsOf, watchDevices } from './calls.ts';

/** What the page offers. Contestants are named by their ids. */
export type BenchPage = {
  /** Starts a contestant; says what it is. */
  open(id: string): Promise<string>;
  prepare(id: string, work: Work): Promise<Prepared>;
  time(id: string, work: Work, times: number): Promise<number>;
  calls(id: string, work: Work): Promise<DeviceCalls>;
};

const registered = import('@tensorflow/tfjs-core/dist/register_all_gradients.js');

const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  gpu: async () => {
    const backend = createGpuBackend({ mode: 'webgl2' });
    return taimatsu(backend, { tidy: true, submit: () => backend.flush() });
  },
  webgpu: async () => {
    const backend = await init();
    return taimatsu(backend, { tidy: true, submit: () => backend.flush() });
  },
  'page-wasm': async () => taimatsu(createWasmBackend({ threads: 1 }), { about: 'WebAssembly, one thread' }),
  'tfjs-webgl': async () => {
    await registered;
    await import('@tensorflow/tfjs-backend-webgl');
    return tfjs('webgl', 'WebGL 2');
  },
  'tfjs-webgpu': async () => {
    await registered;
    await import('@tensorflow/tfjs-backend-webgpu');
    return tfjs('webgpu', 'WebGPU');
  },
  'jax-webgpu': () => jaxJs('webgpu', 'eager'),
  'jax-webgpu-jit': () => jaxJs('webgpu', 'jit'),
};

watchDevices();
const seats = new Map<string, Seat>();

const api: BenchPage = {
  open: async (id) => {
    const seat = new Seat(await engines[id]!());
    seats.set(id, seat);
    return seat.engine.about;
  },
  prepare: (id, work) => seats.get(id)!.prepare(work),
  time: (id, work, times) => seats.get(id)!.time(work, times),
  calls: (id, work) => callsOf((times) => seats.get(id)!.time(work, times)),
};

(globalThis as { taimatsu?: BenchPage }).taimatsu = api;
