import { f32x4, Module, v128 } from './asm/index.ts';

export interface Features {
  readonly simd: boolean;
  /** Relaxed SIMD multiply-add. */
  readonly relaxed: boolean;
  /** Shared memories and atomics can be compiled; whether one can be *made* is up to the page's isolation. */
  readonly threads: boolean;
}

let known: Features | undefined;

/** What this engine compiles, found by validating tiny modules (nothing is run). */
export function detectFeatures(): Features {
  known ??= {
    simd: accepts(false, (m) => m.func('f', [], 'v128', () => v128.zero)),
    relaxed: accepts(false, (m) => m.func('f', ['v128'], 'v128', (_f, x) => f32x4.relaxed_madd(x, x, x))),
    threads:
      typeof SharedArrayBuffer === 'function' && accepts(true, (m) => m.func('f', [], 'void', () => {})),
  };
  return known;
}

function accepts(shared: boolean, define: (module: Module) => unknown): boolean {
  const module = new Module({ shared, relaxed: true });
  define(module);
  return WebAssembly.validate(module.bytes());
}
