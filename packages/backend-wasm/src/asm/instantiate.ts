import type { Module } from './module.ts';

/** Compiles and links synchronously: allowed in Node, in workers, and on a page's main thread up to 8 MB in Chromium. */
export function instantiate<E>(
  module: Module,
  memory: WebAssembly.Memory,
  imports: Readonly<Record<string, (...args: number[]) => unknown>> = {},
): E {
  const compiled = new WebAssembly.Module(module.bytes());
  return new WebAssembly.Instance(compiled, { env: { ...imports, memory } }).exports as E;
}
