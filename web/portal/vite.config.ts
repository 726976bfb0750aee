import { fileURLToPath } from 'node:url';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

const fake = process.env['TEMOTO_FAKE'] === '1';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env['TEMOTO_SERVER'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [sveltekit()],
  resolve: {
    // With TEMOTO_FAKE=1 the pages talk to scripted sessions instead of a worker: for development and for pictures.
    alias: fake ? { '@temoto/session/connect': here('../session/src/fake/connect.ts') } : {},
  },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  server: {
    proxy: {
      '/api': server,
      '/download': server,
      '/relay': { target: server, ws: true },
    },
  },
});
