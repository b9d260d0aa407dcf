import type { Engine } from '../task.ts';
import { resolveLikeBundlers } from './bundler-resolution.ts';

/** Seconds a run; measured once, and not worth everyone's waiting. */
const tooSlow = { declined: 'takes 2 to 30 s a run: left out' };

/** The engines of Node, each loaded in the process that runs it and in no other. */
export const nodeEngines: Readonly<Record<string, () => Promise<Engine>>> = {
  wasm: async () => {
    const { createWasmBackend } = await import('@taimatsu/backend-wasm');
    const { taimatsu } = await import('../engines/taimatsu.ts');
    const { peakTask } = await import('../engines/peak.ts');
    const engine = taimatsu(createWasmBackend({ threads: 1 }), { about: 'WebAssembly, one thread' });
    return { ...engine, makers: { ...engine.makers, peak: peakTask } };
  },
  'wasm-2': async () => {
    const { createWasmBackend } = await import('@taimatsu/backend-wasm');
    const { taimatsu } = await import('../engines/taimatsu.ts');
    return taimatsu(createWasmBackend({ threads: 2 }), { about: 'WebAssembly, two threads' });
  },
  cpu: async () => {
    const { cpu } = await import('@taimatsu/backend-cpu');
    return (await import('../engines/taimatsu.ts')).taimatsu(cpu);
  },
  webgpu: async () => {
    process.env['VK_ICD_FILENAMES'] ??= '/usr/lib/chromium/vk_swiftshader_icd.json';
    const { init } = await import('@taimatsu/backend-webgpu');
    return (await import('../engines/taimatsu.ts')).taimatsu(await init(), { tidy: true });
  },
  'tfjs-wasm': async () => {
    resolveLikeBundlers('@tensorflow');
    await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
    const { setWasmPaths, getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
    const binary = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';
    setWasmPaths(new URL('.', import.meta.resolve(binary)).pathname);
    const { tfjs } = await import('../engines/tfjs.ts');
    const engine = await tfjs('wasm', 'WebAssembly SIMD');
    return { ...engine, about: `${engine.about}, ${getThreadsCount()} thread` };
  },
  'tfjs-cpu': async () => {
    resolveLikeBundlers('@tensorflow');
    await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
    await import('@tensorflow/tfjs-backend-cpu');
    const { tfjs } = await import('../engines/tfjs.ts');
    return tfjs('cpu', 'JavaScript', { cnn: tooSlow });
  },
  jax: async () => {
    const { jaxJs } = await import('../engines/jax.ts');
    return jaxJs('wasm', 'eager', { conv: tooSlow, cnn: tooSlow });
  },
  'jax-jit': async () => {
    const { jaxJs } = await import('../engines/jax.ts');
    return jaxJs('wasm', 'jit', { conv: tooSlow, cnn: tooSlow });
  },
  ort: async () => {
    const { fileOfPeer } = await import('./on-demand.ts');
    const file = await fileOfPeer('onnxruntime', 'onnxruntime-web/dist/ort.node.min.mjs');
    return (await import('../engines/onnx.ts')).onnxRuntime(await import(file));
  },
};
