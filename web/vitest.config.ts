import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  resolve: {
    conditions: ['browser'],
    alias: {
      $lib: here('./portal/src/lib'),
      $features: here('./portal/src/lib/features'),
      $i18n: here('./portal/src/lib/i18n'),
      $shell: here('./portal/src/lib/shell'),
    },
  },
  test: { include: ['{ui,viewer,api,session,portal}/src/**/*.test.ts'], environment: 'node' },
});
