import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** User stories in which the customer's program takes part, on an X server of their own. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globals: true,
    include: ['tests/browser/program*.test.mjs'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
