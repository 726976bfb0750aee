import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** User stories in which the customer's program takes part on Windows, which Wine plays. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globals: true,
    include: ['tests/windows/*.test.mjs'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
