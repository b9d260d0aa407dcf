import { fail } from '@taimatsu/core/backend';
import type { GPUInternalMode, KernelVariable } from 'gpu.js';
import * as namespace from 'gpu.js';
import { type Argument, type Dialect, int, type NativeFunction, native } from './dialect/dialect.ts';
import { glsl1, glsl3 } from './dialect/glsl.ts';
import { javascript } from './dialect/javascript.ts';

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

/** What an argument of a kernel is: elements, or a number in one of two forms. */
export type ArgumentKind = 'texels' | 'upload' | 'int' | 'float';

/**
 * A kernel to compile. Its body is in the dialect, where `t` is the element to make and arguments go by their names, and
 * not in gpu.js's subset of JavaScript: that makes floats of integer variables and cuts loops at 1,000 iterations unless
 * told otherwise.
 */
export interface KernelSource {
  readonly args: readonly (readonly [name: string, kind: ArgumentKind])[];
  readonly functions: readonly NativeFunction[];
  readonly body: readonly string[];
}

/** Runs a compiled kernel over `length` elements. Arguments are in the order of the source's. */
export type Run = (length: number, args: readonly (Texels | number)[]) => Texels;

/** How kernels' bodies read elements of their arguments. */
export interface Reading {
  /** The text of an element. */
  read(name: string, index: string): string;
  /** The text of element `t` of an argument as long as the output. */
  readHere(name: string): string;
  /** What reads elements `base`, `base + step`, `base + 2 step`, … in turn; `step` is not negative. */
  cursor(name: string, base: string, step: string): Cursor;
}

/** Statements that begin and go on, and the text of the element that the cursor is at. */
export interface Cursor {
  readonly begin: readonly string[];
  readonly value: string;
  readonly next: readonly string[];
}

/** gpu.js, as far as this backend needs it. */
export interface Engine extends Reading {
  readonly executor: Executor;
  readonly dialect: Dialect;
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
  const compile = (source: KernelSource): Run => compileAt(place, dialect, source);
  let uploadTexture: Run | undefined;
  return {
    executor,
    dialect,
    ...readings[executor],
    maxElements: limit === undefined ? 2 ** 30 : limit ** 2,
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
          : ((texels as { toArray(): unknown }).toArray() as Float32Array);
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
  if (executor !== 'webgl2' && executor !== 'webgl') {
    return { executor, gpu: new GPU({ mode: executor as GPUInternalMode }), gl: undefined, lost: undefined };
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

const glTypes = { texels: 'ArrayTexture(1)', upload: 'Input', int: 'Integer', float: 'Float' } as const;
const cpuTypes = { texels: 'Array', upload: 'Array', int: 'Integer', float: 'Float' } as const;
const nativeTypes = { bool: 'Boolean', int32: 'Integer', float32: 'Float' } as const;

function compileAt(place: Place, dialect: Dialect, source: KernelSource): Run {
  check(place);
  const own = kernelFunction(dialect, source);
  const types = place.executor === 'cpu' ? cpuTypes : glTypes;
  const kernel = place.gpu.createKernel(
    `function kernel(${source.args.map(([name]) => name).join(', ')}) {\n${own.call}\n}`,
    {
      output: [1],
      pipeline: true,
      immutable: true,
      dynamicOutput: true,
      dynamicArguments: true,
      precision: 'single',
      tactic: 'precision',
      returnType: 'Number',
      argumentTypes: Object.fromEntries(source.args.map(([name, kind]) => [name, types[kind]])),
      nativeFunctions: own.functions.map((one) => ({
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
  const shortcut = kernel as unknown as Shortcut;
  return (wanted, args) => {
    if (place.lost !== undefined) check(place);
    const values = anyUpload
      ? args.map((arg, i) =>
          uploads[i] && place.gl !== undefined
            ? input(arg as Float32Array, [(arg as Float32Array).length])
            : arg,
        )
      : args;
    try {
      kernel.setOutput([wanted]);
      const result = kernel(...(values as KernelVariable[])) as unknown as Texels;
      assertExecutor(shortcut, place);
      // The kernel would keep its last output, and where that comes back as an argument, draw into the texture of an
      // earlier argument, whatever its size.
      if (place.gl !== undefined) shortcut.kernel.texture.delete();
      return result;
    } catch (error) {
      check(place);
      throw error;
    }
  };
}

/** What reads an argument in kernels' bodies; `user_…` are gpu.js's names for what it declares. */
const arrays: Reading = {
  read: (name, index) => `user_${name}[${index}]`,
  readHere: (name) => `user_${name}[t]`,
  cursor: (name, base, step) => ({
    begin: [`let ${name}c = ${base};`],
    value: `user_${name}[${name}c]`,
    next: [`${name}c += ${step};`],
  }),
};

/** Textures are read at cells, which `fetch` writes. Rows are as long as gpu.js made them: only shaders know. */
function textures(fetch: (name: string, cell: string) => string): Reading {
  return {
    read: (name, index) => fetch(name, `tmCell(${index}, user_${name}Size.x)`),
    readHere: (name) => fetch(name, 'ivec2(gl_FragCoord.xy)'),
    cursor: (name, base, step) => ({
      begin: [
        `ivec2 ${name}c = tmCell(${base}, user_${name}Size.x);`,
        `ivec2 ${name}d = tmCell(${step}, user_${name}Size.x);`,
      ],
      value: fetch(name, `${name}c`),
      // Going along takes no division, which is what costs most.
      next: [
        `${name}c += ${name}d;`,
        `if (${name}c.x >= user_${name}Size.x) ${name}c += ivec2(-user_${name}Size.x, 1);`,
      ],
    }),
  };
}

const fetchCell = textures((name, cell) => `texelFetch(user_${name}, ${cell}, 0).x`);
const sampleCell = textures(
  (name, cell) => `texture2D(user_${name}, (vec2(${cell}) + 0.5) / vec2(user_${name}Size)).x`,
);

const readings: Readonly<Record<Executor, Reading>> = {
  webgl2: fetchCell,
  webgl: sampleCell,
  headlessgl: sampleCell,
  cpu: arrays,
};

/** The kernel's body as a function, and the one statement that is left for gpu.js to translate. */
function kernelFunction(
  dialect: Dialect,
  { args, functions, body }: KernelSource,
): { readonly call: string; readonly functions: readonly NativeFunction[]; readonly helpers: string } {
  if (args.some(([, kind]) => kind === 'upload'))
    return { call: 'return data[this.thread.x];', functions: [], helpers: '' };
  const numbers = args.filter(([, kind]) => kind !== 'texels');
  const own: Argument[] = [
    int('t'),
    ...numbers.map(([name, kind]): Argument => ({ name, type: kind === 'int' ? 'int32' : 'float32' })),
  ];
  const element = native(dialect, 'element', 'float32', own, body);
  return {
    call: `return element(${['this.thread.x', ...numbers.map(([name]) => name)].join(', ')});`,
    functions: [element],
    helpers: called([...dialect.helpers, ...functions], element.source),
  };
}

/** Those of `functions` that `text` calls, and what they call, in order: compiling the others would take as long. */
function called(functions: readonly NativeFunction[], text: string): string {
  const kept: string[] = [];
  let rest = text;
  for (const { name, source } of functions.toReversed()) {
    if (!rest.includes(`${name}(`)) continue;
    kept.unshift(source);
    rest += source;
  }
  return kept.join('\n');
}

interface Shortcut {
  readonly kernel: {
    readonly constructor: { readonly mode: string };
    readonly context: unknown;
    readonly texture: { delete(): void };
    readonly fallbackReason: string | null;
  };
}

/** gpu.js goes on with the CPU when something does not suit a GPU; that is never wanted here. */
function assertExecutor({ kernel }: Shortcut, { executor, gl }: Place): void {
  const { mode } = kernel.constructor;
  // All WebGL kernels call themselves gpu; those of this backend are in its context.
  if (gl === undefined ? mode === (executor === 'headlessgl' ? 'gpu' : executor) : kernel.context === gl)
    return;
  fail('backend/unsupported', {
    backend: 'gpu',
    what: `a kernel on ${executor}`,
    reason: `gpu.js ran it on ${mode}: ${kernel.fallbackReason ?? 'no reason given'}`,
  });
}
