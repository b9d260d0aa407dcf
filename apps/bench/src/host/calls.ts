import type { DeviceCalls } from '../contestant.ts';

/** What was asked of the graphics devices of this page so far. */
const asked = { launches: 0, submits: 0, bytesUp: 0, bytesDown: 0 };

type Method = (...args: never[]) => unknown;

/** Counts calls of a method of a browser's own class: the same for every library, and none of them can tell. */
function count(
  owner: string,
  methods: readonly string[],
  note: (args: readonly unknown[], self: object) => void,
): void {
  const prototype: Record<string, Method> | undefined = (
    globalThis as unknown as Record<string, { prototype: Record<string, Method> } | undefined>
  )[owner]?.prototype;
  if (prototype === undefined) return;
  for (const name of methods) {
    const original = prototype[name];
    if (original === undefined) continue;
    prototype[name] = function (this: object, ...args: never[]): unknown {
      note(args, this);
      return original.apply(this, args);
    };
  }
}

const bytesOf = (args: readonly unknown[]): number =>
  args.reduce<number>((sum, arg) => sum + (ArrayBuffer.isView(arg) ? arg.byteLength : 0), 0);

/** Starts counting. Call before any library has taken a device. */
export function watchDevices(): void {
  const launch = (): void => void asked.launches++;
  const up = (args: readonly unknown[]): void => {
    asked.bytesUp += bytesOf(args);
  };
  const down = (args: readonly unknown[]): void => {
    asked.bytesDown += bytesOf(args);
  };
  count('GPUComputePassEncoder', ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'], launch);
  count('GPUQueue', ['submit'], () => void asked.submits++);
  count('GPUQueue', ['writeBuffer'], ([, , data, offset, size]) => {
    asked.bytesUp += writtenBytes(data, offset, size);
  });
  count('GPUDevice', ['createBuffer'], ([descriptor]) => {
    const { mappedAtCreation, size } = descriptor as GPUBufferDescriptor;
    if (mappedAtCreation === true) asked.bytesUp += size;
  });
  count('GPUBuffer', ['mapAsync'], ([mode, , size], self) => {
    if (mode === GPUMapMode.READ) asked.bytesDown += (size as number | undefined) ?? (self as GPUBuffer).size;
  });
  for (const context of ['WebGLRenderingContext', 'WebGL2RenderingContext']) {
    count(context, ['drawArrays', 'drawElements'], launch);
    count(context, ['texImage2D', 'texSubImage2D', 'bufferData'], up);
    count(context, ['readPixels', 'getBufferSubData'], down);
  }
}

/** Sizes and offsets of typed arrays are in elements, those of buffers in bytes. */
function writtenBytes(data: unknown, offset: unknown, size: unknown): number {
  const width = ArrayBuffer.isView(data) && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1;
  if (size !== undefined) return Number(size) * width;
  return (data as ArrayBuffer).byteLength - Number(offset ?? 0) * width;
}

/** More runs of what takes less than this: launches may be shared between runs. */
const QUICK_MS = 5;

/** What each run asks, from the difference between several runs and one: what waiting asks cancels out. */
export async function callsOf(run: (times: number) => Promise<unknown>): Promise<DeviceCalls> {
  const counted = async (times: number): Promise<DeviceCalls> => {
    const before = { ...asked };
    await run(times);
    return {
      launches: asked.launches - before.launches,
      submits: asked.submits - before.submits,
      bytesUp: asked.bytesUp - before.bytesUp,
      bytesDown: asked.bytesDown - before.bytesDown,
    };
  };
  const start = performance.now();
  const one = await counted(1);
  const more = performance.now() - start < QUICK_MS ? 100 : 2;
  // Once before: what is met for the first time may take other ways.
  await run(1 + more);
  const several = await counted(1 + more);
  const each = (key: keyof DeviceCalls): number => (several[key] - one[key]) / more;
  return {
    launches: each('launches'),
    submits: each('submits'),
    bytesUp: each('bytesUp'),
    bytesDown: each('bytesDown'),
  };
}
