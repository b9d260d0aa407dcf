/** Where contestants run. */
export const hostNames = ['node', 'chromium'] as const;
export type HostName = (typeof hostNames)[number];

/** Someone who can take part. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  /** Ours, or a peer to be compared with. */
  readonly own: boolean;
  /** Takes part without being named. */
  readonly usual: boolean;
  readonly threads: number;
}

const entry = (id: string, name: string, usual = true): Entry => ({
  id,
  name,
  own: name.startsWith('taimatsu'),
  usual,
  threads: id === 'wasm-2' ? 2 : 1,
});

/** Everyone, in the order of the table's columns; ratios are to the first that takes part. */
export const roster: Readonly<Record<HostName, readonly Entry[]>> = {
  node: [
    entry('wasm', 'taimatsu wasm'),
    entry('wasm-2', 'taimatsu wasm, 2 threads'),
    entry('cpu', 'taimatsu cpu'),
    // A software device in Node: shows that it is right, says nothing of a GPU's speed.
    entry('webgpu', 'taimatsu webgpu', false),
    entry('tfjs-wasm', 'TensorFlow.js wasm'),
    entry('tfjs-cpu', 'TensorFlow.js cpu'),
    entry('jax', 'jax-js wasm'),
    entry('jax-jit', 'jax-js wasm jit'),
    entry('ort', 'ONNX Runtime Web'),
    entry('pytorch', 'PyTorch'),
  ],
  chromium: [
    entry('webgpu', 'taimatsu webgpu'),
    entry('gpu', 'taimatsu gpu'),
    entry('tfjs-webgpu', 'TensorFlow.js webgpu'),
    entry('tfjs-webgl', 'TensorFlow.js webgl'),
    entry('jax-webgpu', 'jax-js webgpu'),
    entry('jax-webgpu-jit', 'jax-js webgpu jit'),
    entry('page-wasm', 'taimatsu wasm'),
  ],
};

/** The entries asked for: those named, with commas between, or the usual ones. @throws Error */
export function chooseEntries(host: HostName, names: string | undefined): readonly Entry[] {
  const all = roster[host];
  if (names === undefined) return all.filter(({ usual }) => usual);
  return names.split(',').map((id) => {
    const found = all.find((one) => one.id === id);
    if (found !== undefined) return found;
    throw new Error(`no contestant ${id} on ${host}; there are ${all.map((one) => one.id).join(', ')}`);
  });
}
