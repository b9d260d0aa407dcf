import { defineConfig, type UserConfig } from 'tsdown';

/** How every published package is built: ESM for ES2023 hosts, declarations from the sources' own annotations. */
export function library(entry: Record<string, string>, platform: 'neutral' | 'node' = 'neutral'): UserConfig {
  return defineConfig({
    entry,
    platform,
    target: 'es2023',
    format: 'esm',
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
    dts: true,
    sourcemap: false,
    clean: true,
    logLevel: 'warn',
  });
}
