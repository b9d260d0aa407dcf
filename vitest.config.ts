import { defineConfig } from 'vitest/config';

const conditions = ['@taimatsu/source', 'module', 'node', 'development|production'];

/** Tests run from the sources: no build is needed. A path narrows a run: `pnpm unit packages/core/test/shape`. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@taimatsu/source', 'node'] } },
  test: {
    include: ['{packages,apps}/*/test/**/*.test.ts', '{conformance,tools}/test/**/*.test.ts'],
    pool: 'threads',
    passWithNoTests: true,
    testTimeout: 20_000,
  },
});
