import type { Module } from './module.ts';

/** Where a linked function comes from: enough to have it in another thread. */
export interface Origin {
  /** The module's code, the same object for all its functions. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Its number among the module's exports. */
  readonly index: number;
}

const origins = new WeakMap<object, Origin>();

/** Compiles and links synchronously: allowed in Node, in workers, and on a page's main thread up to 8 MB in Chromium. */
export function instantiate<E extends object>(
  module: Module,
  memory: WebAssembly.Memory,
  imports: Readonly<Record<string, (...args: number[]) => unknown>> = {},
): E {
  const code = module.bytes();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), {
    env: { ...imports, memory },
  });
  if (module.target.shared) {
    Object.values(exports).forEach((value, index) => {
      origins.set(value, { code, index });
    });
  }
  return exports as E;
}

/** Where a function of a module for shared memory comes from. */
export function originOf(linked: object): Origin | undefined {
  return origins.get(linked);
}
