/**
 * SvelteKit as a static single page: no server of its own, `build/index.html` answers every page address.
 * The server sends `script-src 'self' 'wasm-unsafe-eval'` without exceptions, so the one inline script
 * that SvelteKit writes is moved into a file of its own.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import adapterStatic from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

const fake = process.env.TEMOTO_FAKE === '1';
const out = fake ? 'build-fake' : 'build';

/** Moves inline scripts of the built page into hashed files, so that a strict policy lets them run. */
function withoutInlineScripts(directory) {
  const page = join(directory, 'index.html');
  const html = readFileSync(page, 'utf8').replace(/<script>([\s\S]*?)<\/script>/g, (_, source) => {
    const name = `start.${createHash('sha256').update(source).digest('hex').slice(0, 12)}.js`;
    mkdirSync(join(directory, '_app/immutable'), { recursive: true });
    writeFileSync(join(directory, '_app/immutable', name), source.trim() + '\n');
    return `<script src="/_app/immutable/${name}"></script>`;
  });
  if (/<script(?![^>]*\ssrc=)/.test(html) || /\sstyle=|<style/.test(html)) {
    throw new Error('index.html still has an inline script or style');
  }
  writeFileSync(page, html);
}

const inner = adapterStatic({ pages: out, assets: out, fallback: 'index.html', strict: true });

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  kit: {
    adapter: {
      name: 'static-strict',
      async adapt(builder) {
        await inner.adapt(builder);
        withoutInlineScripts(out);
      },
    },
    outDir: fake ? '.svelte-kit/fake' : '.svelte-kit',
    paths: { relative: false },
    version: { name: process.env.npm_package_version ?? '0.1.0', pollInterval: 0 },
    alias: { $features: 'src/lib/features', $i18n: 'src/lib/i18n', $shell: 'src/lib/shell' },
  },
};
