import { setDefaultDevice } from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { createGpuBackend, type Executor } from '../src/index.ts';
import { kernels, refuses, silentFailures } from './cases.ts';

/** What the tests call in the page. Errors come back as text. */
export type TestPage = {
  /** Makes a backend for the calls that follow, and gives its executor. */
  open(mode: Executor): Promise<string>;
  run(name: string): Promise<string | undefined>;
  /** Live textures after many operations, as made and deleted by WebGL's own calls. */
  textures(): Promise<number>;
  lose(): Promise<string | undefined>;
};

let backend: Backend;
let context: WebGL2RenderingContext;
let live = 0;

/** Keeps the context that a backend makes, and counts its textures. */
function spy(): void {
  const { getContext } = OffscreenCanvas.prototype;
  OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...args: unknown[]) {
    context = getContext.apply(this, args as never) as WebGL2RenderingContext;
    const { createTexture, deleteTexture } = context;
    live = 0;
    context.createTexture = () => {
      live++;
      return createTexture.call(context);
    };
    context.deleteTexture = (texture) => {
      live--;
      deleteTexture.call(context, texture);
    };
    return context;
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

const api: TestPage = {
  open: async (mode) => {
    spy();
    backend = createGpuBackend({ mode });
    setDefaultDevice(backend);
    return backend.manifest.executor;
  },
  run: (name) => asText(() => ({ ...silentFailures, ...kernels })[name]!(backend)),
  textures: async () => {
    const { tidy, ones } = await import('@taimatsu/core');
    const work = (): void => {
      for (let i = 0; i < 50; i++) {
        tidy(() => {
          const x = ones([8, 8]);
          x.add(i).mul(x).sum().item();
        });
      }
    };
    work();
    const before = live;
    work();
    return live - before;
  },
  lose: () =>
    asText(async () => {
      const { tensor } = await import('@taimatsu/core');
      const x = tensor([1, 2]);
      context.getExtension('WEBGL_lose_context')!.loseContext();
      refuses('backend/lost', () => x.add(1).tolist());
      setDefaultDevice(createGpuBackend());
      const again = tensor([1, 2]).add(1).tolist();
      if (String(again) !== '2,3') throw new Error(`a new backend gave ${String(again)}`);
    }),
};

(globalThis as { taimatsu?: TestPage }).taimatsu = api;
