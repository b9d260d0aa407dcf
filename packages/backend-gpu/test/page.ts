import { full, noGrad, ones, setDefaultDevice, tensor, tidy } from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import * as gpujs from 'gpu.js';
import { createGpuBackend, type Executor } from '../src/index.ts';
import { kernels, refuses, silentFailures } from './cases.ts';
import { mutants, withMutant } from './mutants.ts';

// gpu.js has it, and its types do not.
const { WebGL2Kernel } = gpujs as unknown as { WebGL2Kernel: { lookupKernelValueType: () => unknown } };

/** What the tests call in the page. Errors come back as text. */
export type TestPage = {
  /** Makes a backend for the calls that follow, and gives its executor. */
  open(mode: Executor): Promise<string>;
  run(name: string): Promise<string | undefined>;
  /** What the case that has to notice a mutant says of it. */
  runMutant(name: string): Promise<string | undefined>;
  /** What a new backend says where gpu.js goes on with the CPU by itself. */
  fallBack(): Promise<string | undefined>;
  /** Live textures after each of a few stretches of a training loop, as made and deleted by WebGL's own calls. */
  trainWithTidy(): Promise<readonly number[]>;
  /** The most live textures in a synchronous loop without `tidy`, and the loss at its end, with a budget for 64 textures. */
  trainWithout(budget: number): Promise<{ most: number; loss: number; first: number }>;
  /** Draws of a chain of twenty operations in a scope, each of three times, and live textures after each. */
  chain(): Promise<readonly (readonly [draws: number, live: number])[]>;
  lose(): Promise<string | undefined>;
};

let backend: Backend;
let context: WebGL2RenderingContext;
let live = 0;
let draws = 0;
let isSpying = false;

/** Keeps the context that a backend makes, and counts its textures. */
function spy(): void {
  live = 0;
  if (isSpying) return;
  isSpying = true;
  const { getContext } = OffscreenCanvas.prototype;
  OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...args: unknown[]) {
    context = getContext.apply(this, args as never) as WebGL2RenderingContext;
    const { createTexture, deleteTexture, drawArrays } = context;
    const own = context;
    own.createTexture = () => {
      live++;
      return createTexture.call(own);
    };
    own.drawArrays = (...given) => {
      draws++;
      drawArrays.apply(own, given);
    };
    own.deleteTexture = (texture) => {
      live--;
      deleteTexture.call(own, texture);
    };
    return own;
  } as never;
}

async function asText(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return String((error as Error).stack ?? error);
  }
}

/** A step of training a 64 by 64 matrix to be all ones, which gives the loss before it. */
function training(): () => number {
  const weight = full([64, 64], 0.5, { requiresGrad: true });
  const goal = ones([64, 64]);
  return () => {
    const loss = weight.sub(goal).square().sum();
    loss.backward();
    noGrad(() => weight.sub_(weight.grad!.mul(0.05)));
    weight.grad!.zero_();
    return loss.item() as number;
  };
}

const api: TestPage = {
  open: async (mode) => {
    spy();
    backend = createGpuBackend({ mode });
    setDefaultDevice(backend);
    return backend.manifest.executor;
  },
  runMutant: (name) =>
    withMutant(name, async () => {
      await api.open('webgl2');
      return api.run(mutants[name]!.noticedBy);
    }),
  fallBack: () => {
    const { lookupKernelValueType } = WebGL2Kernel;
    WebGL2Kernel.lookupKernelValueType = () => null;
    return asText(() => {
      try {
        const own = createGpuBackend({ mode: 'webgl2' });
        refuses('backend/unsupported', () => tensor([1, 2], { device: own }).add(1).tolist());
      } finally {
        WebGL2Kernel.lookupKernelValueType = lookupKernelValueType;
      }
    });
  },
  run: (name) => asText(() => ({ ...silentFailures, ...kernels })[name]!(backend)),
  trainWithTidy: async () => {
    const step = training();
    const counts: number[] = [];
    for (let stretch = 0; stretch < 4; stretch++) {
      for (let i = 0; i < 25; i++) tidy(step);
      counts.push(live);
    }
    return counts;
  },
  trainWithout: async (budget) => {
    spy();
    backend = createGpuBackend({ mode: 'webgl2', budget });
    setDefaultDevice(backend);
    const first = full([64, 64], 7);
    const step = training();
    let most = 0;
    let loss = 0;
    for (let i = 0; i < 60; i++) {
      loss = step();
      most = Math.max(most, live);
    }
    return { most, loss, first: first.mean().item() as number };
  },
  chain: async () => {
    const x = ones([100]);
    const counts: [number, number][] = [];
    for (let round = 0; round < 3; round++) {
      const before = draws;
      const y = tidy(() => {
        let out = x;
        for (let i = 0; i < 10; i++) out = out.mul(0.9).add(x);
        return out;
      });
      y.tolist();
      y.dispose();
      counts.push([draws - before, live]);
    }
    return counts;
  },
  lose: () =>
    asText(async () => {
      const host = createGpuBackend({ mode: 'cpu' });
      const safe = tensor([3, 4], { device: host });
      const x = tensor([1, 2]);
      const before = x.toTypedArray();
      context.getExtension('WEBGL_lose_context')!.loseContext();
      refuses('backend/lost', () => x.add(1).tolist());
      refuses('backend/lost', () => tensor([1, 2]));
      setDefaultDevice(createGpuBackend());
      const found = [tensor([1, 2]).add(1), safe.add(1)].map((one) => String(one.tolist()));
      if (String(found) !== '2,3,4,5' || String(before) !== '1,2') throw new Error(`${found}; ${before}`);
    }),
};

(globalThis as { taimatsu?: TestPage }).taimatsu = api;
