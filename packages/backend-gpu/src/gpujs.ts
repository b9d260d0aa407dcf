import { fail } from '@taimatsu/core/backend';
import type { KernelVariable } from 'gpu.js';
import * as namespace from 'gpu.js';
import type { Dialect } from './dialect/dialect.ts';
import { glsl1, glsl3 } from './dialect/glsl.ts';
import { javascript } from './dialect/javascript.ts';
import { arrays, type KernelSource, type Reading, type Texts, textures } from './text.ts';

type Library = Pick<typeof namespace, 'GPU'> & {
  readonly input: (value: Float32Array, size: readonly number[]) => KernelVariable;
};
type Gpu = InstanceType<Library['GPU']>;

// A CommonJS module: what its names are depends on who loads it.
const { GPU, input } = ((namespace as { default?: unknown }).default ?? namespace) as unknown as Library;

/** What runs kernels: gpu.js's own name for it. */
export type Executor = 'webgl2' | 'webgl' | 'headlessgl' | 'cpu';

/** Elements where kernels read and write them: a texture, or an array on the CPU. Nobody looks inside but this file. */
export type Texels = object;

/**
 * Runs a compiled kernel over `length` elements. Arguments are in the order of the source's. Where there are textures, the
 * result's has rows of `width` texels if that is given.
 */
export type Run = (length: number, args: readonly (Texels | number)[], width?: number) => Texels;

/** gpu.js, as far as this backend needs it. */
export interface Engine extends Reading {
  readonly executor: Executor;
  readonly dialect: Dialect;
  /** The longest side of a texture of texels with four elements each; nothing where there are only arrays. */
  readonly maxSide: number | undefined;
  /** The most elements that fit one texture. */
  readonly maxElements: number;
  /** How many textures a kernel can read. */
  readonly maxTextures: number;
  compile(source: KernelSource): Run;
  /** Brings elements to where kernels are. */
  upload(data: Float32Array): Texels;
  download(texels: Texels, length: number): Float32Array;
  /** Gives memory back; the texels are not used again. */
  dispose(texels: Texels): void;
}

interface Place {
  readonly executor: Executor;
  readonly gpu: Gpu;
  readonly gl: WebGL2RenderingContext | WebGLRenderingContext | undefined;
  lost: string | undefined;
}

const dialects: Readonly<Record<Executor, Dialect>> = {
  webgl2: glsl3,
  webgl: glsl1,
  headlessgl: glsl1,
  cpu: javascript,
};

/** The executor that `auto` stands for here. */
export function bestExecutor(): Executor {
  if (GPU.isWebGL2Supported) return 'webgl2';
  if (GPU.isWebGLSupported) return 'webgl';
  return GPU.isHeadlessGLSupported ? 'headlessgl' : 'cpu';
}

/** True when gpu.js can run kernels on `executor` here. */
export function isSupported(executor: Executor): boolean {
  if (executor === 'cpu') return true;
  const flag = {
    webgl2: 'isWebGL2Supported',
    webgl: 'isWebGLSupported',
    headlessgl: 'isHeadlessGLSupported',
  } as const;
  return GPU[flag[executor]];
}

/** gpu.js on one executor. @throws `backend/unsupported` where it is not there */
export function createEngine(executor: Executor): Engine {
  if (!isSupported(executor)) {
    fail('backend/unsupported', {
      backend: 'gpu',
      what: `gpu.js's ${executor} mode`,
      reason: 'it cannot run here',
    });
  }
  const place = open(executor);
  const dialect = dialects[executor];
  const limit =
    place.gl === undefined ? undefined : (place.gl.getParameter(place.gl.MAX_TEXTURE_SIZE) as number);
  const compile = (source: KernelSource): Run => compileAt(place, source);
  let uploadTexture: Run | undefined;
  return {
    executor,
    dialect,
    ...texts[executor],
    maxSide: limit,
    // Indices are 32-bit integers.
    maxElements: limit === undefined ? 2 ** 30 : Math.min(4 * limit ** 2, 2 ** 30),
    maxTextures:
      place.gl === undefined ? 64 : (place.gl.getParameter(place.gl.MAX_TEXTURE_IMAGE_UNITS) as number) - 1,
    compile,
    upload: (data) => {
      if (executor === 'cpu') return data.slice();
      uploadTexture ??= compile({ args: [['data', 'upload']], functions: [], body: [] });
      return uploadTexture(data.length, [data]);
    },
    download: (texels, length) => {
      check(place);
      const whole =
        texels instanceof Float32Array
          ? texels
          : (texels as { renderRawOutput(): Float32Array }).renderRawOutput();
      check(place);
      return whole.subarray(0, length);
    },
    dispose: (texels) => {
      if (!(texels instanceof Float32Array) && place.lost === undefined)
        (texels as { delete(): void }).delete();
    },
  };
}

/**
 * A context of our own: gpu.js would resize the canvas with each kernel's output, which reallocates it, though nothing is
 * ever drawn there.
 */
function open(executor: Executor): Place {
  if (executor === 'cpu') return { executor, gpu: new GPU({ mode: 'cpu' }), gl: undefined, lost: undefined };
  if (executor === 'headlessgl') {
    const gpu = new GPU({ mode: executor });
    // The first kernel brings the context.
    gpu.createKernel('function () { return 0; }', { output: [1] });
    return { executor, gpu, gl: gpu.context as WebGLRenderingContext, lost: undefined };
  }
  const canvas = newCanvas();
  const settings = { alpha: false, depth: false, antialias: false };
  const gl = canvas.getContext(executor, settings) as WebGL2RenderingContext | null;
  if (gl === null)
    return fail('backend/unsupported', { backend: 'gpu', what: executor, reason: 'no context' });
  const place: Place = {
    executor,
    gpu: new GPU({ mode: executor, canvas: { width: 2, height: 2 }, context: gl }),
    gl,
    lost: undefined,
  };
  canvas.addEventListener('webglcontextlost', () => {
    place.lost = 'WebGL context lost';
  });
  return place;
}

function newCanvas(): HTMLCanvasElement | OffscreenCanvas {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(2, 2);
  return document.createElement('canvas');
}

/** @throws `backend/lost` */
function check(place: Place): void {
  if (place.lost === undefined && place.gl?.isContextLost() === true) place.lost = 'WebGL context lost';
  if (place.lost !== undefined) fail('backend/lost', { backend: 'gpu', reason: place.lost });
}

const texts: Readonly<Record<Executor, Texts>> = {
  webgl2: textures(glsl3, 'texture'),
  webgl: textures(glsl1, 'texture2D'),
  headlessgl: textures(glsl1, 'texture2D'),
  cpu: arrays(javascript),
};

const texture = 'ArrayTexture(4)';
const glTypes = { texels: texture, here: texture, upload: 'Input', int: 'Integer', float: 'Float' } as const;
const cpuTypes = {
  texels: 'Array',
  here: 'Array',
  upload: 'Array',
  int: 'Integer',
  float: 'Float',
} as const;
const nativeTypes = {
  bool: 'Boolean',
  int32: 'Integer',
  float32: 'Float',
  float32x4: 'Array(4)',
} as const;

function compileAt(place: Place, source: KernelSource): Run {
  check(place);
  const own = texts[place.executor].kernel(source);
  const isCpu = place.executor === 'cpu';
  const types = isCpu ? cpuTypes : glTypes;
  const kernel = place.gpu.createKernel(
    `function kernel(${source.args.map(([name]) => name).join(', ')}) {\nreturn ${own.call};\n}`,
    {
      output: [1],
      pipeline: true,
      immutable: true,
      dynamicOutput: true,
      dynamicArguments: true,
      precision: 'single',
      tactic: 'precision',
      returnType: isCpu ? 'Number' : 'Array(4)',
      argumentTypes: Object.fromEntries(source.args.map(([name, kind]) => [name, types[kind]])),
      nativeFunctions: own.main.map((one) => ({
        name: one.name,
        source: one.source,
        returnType: nativeTypes[one.returns],
        argumentTypes: Object.fromEntries(one.args.map(({ name, type }) => [name, nativeTypes[type]])),
      })),
      injectedNative: own.helpers,
    } as object,
  );
  const uploads = source.args.map(([, kind]) => kind === 'upload');
  const anyUpload = uploads.includes(true);
  const floats = source.args.flatMap(([name, kind], i) =>
    kind === 'float' ? [[`user_${name}`, i] as const] : [],
  );
  const shortcut = kernel as unknown as Shortcut;
  return (length, args, width) => {
    if (place.lost !== undefined) check(place);
    const values = anyUpload
      ? args.map((arg, i) =>
          uploads[i] && place.gl !== undefined
            ? input(arg as Float32Array, [(arg as Float32Array).length])
            : arg,
        )
      : args;
    // Uniforms are set when they change, and to gpu.js -0 is 0.
    for (const [name, i] of floats) if (args[i] === 0) delete shortcut.kernel.uniform1fCache?.[name];
    try {
      const texels = isCpu ? length : Math.ceil(length / 4);
      // Of a single row gpu.js would make a square.
      kernel.setOutput(width === undefined ? [texels] : [width, Math.max(2, Math.ceil(texels / width))]);
      const result = kernel(...(values as KernelVariable[])) as unknown as Texels;
      assertExecutor(shortcut, place);
      // The kernel would keep its last output, and where that comes back as an argument, draw into the texture of an
      // earlier argument, whatever its size.
      if (place.gl !== undefined) shortcut.kernel.texture.delete();
      return result;
    } catch (error) {
      check(place);
      assertExecutor(shortcut, place);
      throw error;
    }
  };
}

interface Shortcut {
  readonly kernel: {
    readonly constructor: { readonly mode: string };
    readonly context: unknown;
    readonly texture: { delete(): void };
    readonly fallbackReason: string | null;
    readonly fallbackRequested?: boolean;
    readonly uniform1fCache?: Record<string, number>;
  };
}

/** gpu.js goes on with the CPU when something does not suit a GPU; that is never wanted here. */
function assertExecutor({ kernel }: Shortcut, { executor, gl }: Place): void {
  const { mode } = kernel.constructor;
  // All GL kernels call themselves gpu; those of this backend are in its context.
  const isOwn = mode === (executor === 'cpu' ? 'cpu' : 'gpu') && (gl === undefined || kernel.context === gl);
  if (isOwn && kernel.fallbackRequested !== true) return;
  fail('backend/unsupported', {
    backend: 'gpu',
    what: `a kernel on ${executor}`,
    reason: `gpu.js gave it to the CPU: ${kernel.fallbackReason ?? 'no reason given'}`,
  });
}
