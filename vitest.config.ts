import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// Vulkan's loader sees the main process's environment only. Without another driver, tests take the one in software that
// Debian's Chromium brings.
const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (process.env.CI || existsSync(softwareVulkan)) process.env.VK_ICD_FILENAMES ??= softwareVulkan;

const conditions = ['@taimatsu/source', 'module', 'node', 'development|production'];

/** Tests run from the sources: no build is needed. A path narrows a run: `pnpm unit packages/core/test/shape`. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@taimatsu/source', 'node'] } },
  test: {
    include: ['{packages,apps}/*/test/**/*.test.ts', '{conformance,tools}/test/**/*.test.ts'],
    // Files share a worker, which is ten times faster: a test that changes global state puts it back.
    pool: 'threads',
    isolate: false,
    passWithNoTests: true,
    testTimeout: 120_000,
  },
});
