import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { generate } from '../generate.mjs';

const file = (name: string) => new URL(`../${name}`, import.meta.url);

test('the types are those of the description that is checked in', async () => {
  const document = JSON.parse(readFileSync(file('openapi.json'), 'utf8')) as Parameters<typeof generate>[0];
  const options = await resolveConfig(file('src/schema.ts'));
  const made = await format(generate(document), { ...options, parser: 'typescript' });
  expect(made).toBe(readFileSync(file('src/schema.ts'), 'utf8'));
});
