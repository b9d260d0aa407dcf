import type { Kind } from './language/kinds.ts';

export const backendNames = ['cpu', 'wasm', 'webgpu', 'gpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** What the page asks of the kernel: the worker that runs cells. */
export interface KernelApi {
  /** Forgets every name. */
  reset(): Promise<void>;
  /** Loads a backend and puts new tensors on it. Rejects with the reason when it cannot run here. */
  use(backend: BackendName): Promise<BackendInfo>;
  /** Runs a compiled cell. */
  run(cell: string, code: string): Promise<Outcome>;
  /** The graph that made the named tensors, in Graphviz's language. */
  graph(names: readonly string[]): Promise<string>;
}

/** What the page asks of the artist: the worker that lays out graphs. */
export interface ArtistApi {
  /** A picture, as SVG, of what Graphviz's language describes. */
  draw(dot: string): Promise<string>;
}

export interface BackendInfo {
  readonly device: string;
  /** What runs the kernels: an engine, an adapter. */
  readonly executor: string;
}

/** How a cell went. */
export interface Outcome {
  readonly output: string;
  /** The exception that ended it, as Python prints it: `RuntimeError: …`. */
  readonly error: string | undefined;
  /** The library's code for the exception. */
  readonly code: string | undefined;
  readonly warnings: readonly string[];
  readonly milliseconds: number;
  /** Steps that the backend left to the CPU. */
  readonly fallbacks: number;
  /** The notebook's names afterwards. */
  readonly names: Readonly<Record<string, NameInfo>>;
}

export interface NameInfo {
  readonly kind: Kind;
  /** `computed` has a graph behind it, `leaf` begins one. */
  readonly role: 'computed' | 'leaf' | 'none';
}
