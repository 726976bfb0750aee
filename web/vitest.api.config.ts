import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The server's REST interface against its own description, by schemathesis (`TEMOTO_SCHEMATHESIS` names the program). */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globals: true,
    include: ['tests/api/*.test.mjs'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
