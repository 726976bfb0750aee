import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './portal/svelte.config.js';

/** The arrows between the packages: who may import whom. */
const arrows = (files, forbidden) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: forbidden.map((name) => `@temoto/${name}*`) }] },
});

export default ts.config(
  {
    ignores: ['**/node_modules', '**/build', '**/build-fake', '**/.svelte-kit', 'session/src/wasm', 'gallery/pictures'],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.worker, ...globals.node } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './portal/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig, extraFileExtensions: ['.svelte'] } },
    rules: {
      'svelte/button-has-type': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      'prefer-const': 'off',
    },
  },
  arrows(['ui/**'], ['viewer', 'session', 'api', 'portal']),
  arrows(['viewer/**'], ['ui', 'session', 'api', 'portal']),
  arrows(['api/**'], ['ui', 'viewer', 'session', 'portal']),
  arrows(['session/**'], ['ui', 'viewer', 'api', 'portal']),
);
