import { fileURLToPath } from 'node:url';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type Plugin } from 'vite';

const fake = process.env['TEMOTO_FAKE'] === '1';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env['TEMOTO_SERVER'] ?? 'http://localhost:8080';

/** SvelteKit's announcer for screen readers carries an inline style, which the server's policy forbids; base.css hides it instead. */
const withoutInlineStyle: Plugin = {
  name: 'temoto-strict-style',
  enforce: 'pre',
  transform(code, id) {
    if (!id.split('?')[0]?.endsWith('/generated/root.svelte')) return null;
    const clean = code.replace(/\sstyle="[^"]*"/g, '');
    if (clean === code || !code.includes('id="svelte-announcer"')) this.error('root.svelte is not what this expects');
    return { code: clean, map: null };
  },
};

export default defineConfig({
  plugins: [withoutInlineStyle, sveltekit()],
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
