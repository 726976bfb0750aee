import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** User stories against the real server; they live in tests/browser, beside the demo that shares their steps. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globals: true,
    include: ['tests/browser/stories*.test.mjs'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
