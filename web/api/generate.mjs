/**
 * Makes src/schema.ts of openapi.json (the server's own description, saved from /api/v1/openapi.json).
 * Knows as much of JSON Schema as the server uses, and stops at anything else. Usage: npm run generate -w @temoto/api
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** @typedef {{ $ref?: string, type?: string | string[], items?: Schema, oneOf?: Schema[], properties?: Record<string, Schema>,
 *   allOf?: Schema[], required?: string[], enum?: string[], description?: string }} Schema */

/** @type {(schema: Schema) => string} */
function typeOf(schema) {
  if (schema.$ref) return schema.$ref.replace('#/components/schemas/', '');
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' | ');
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  const kinds = [schema.type ?? []].flat();
  if (kinds.length === 0) throw new Error(`unknown schema: ${JSON.stringify(schema)}`);
  return kinds.map((kind) => simple(kind, schema)).join(' | ');
}

/** @type {(kind: string, schema: Schema) => string} */
function simple(kind, schema) {
  switch (kind) {
    case 'string':
    case 'boolean':
    case 'null':
      return kind;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `${typeOf(schema.items ?? {})}[]`;
    default:
      throw new Error(`unknown type: ${kind}`);
  }
}

/** @type {(name: string, schema: Schema, all: Record<string, Schema>) => string} */
function interfaceOf(name, schema, all) {
  const lines = schema.description ? [`/** ${schema.description} */`] : [];
  const parts = schema.allOf ?? [schema];
  const parents = parts.flatMap((part) => (part.$ref ? [typeOf(part)] : []));
  for (const parent of parents) if (!all[parent]) throw new Error(`unknown parent: ${parent}`);
  lines.push(`export interface ${name}${parents.length > 0 ? ` extends ${parents.join(', ')}` : ''} {`);
  for (const part of parts.filter((one) => !one.$ref)) {
    if (part.type !== 'object') throw new Error(`not an object: ${name}`);
    for (const [key, property] of Object.entries(part.properties ?? {})) {
      if (property.description) lines.push(`  /** ${property.description} */`);
      // The server writes `null` for what is absent in an answer and takes absence in a request.
      lines.push(`  ${key}${part.required?.includes(key) ? '' : '?'}: ${typeOf(property)};`);
    }
  }
  lines.push('}');
  return lines.join('\n');
}

/** @param {{ components: { schemas: Record<string, Schema> } }} document */
export function generate(document) {
  const { schemas } = document.components;
  const head = '/** Made by generate.mjs of openapi.json; do not edit. Times are Unix milliseconds. */';
  return `${[head, ...Object.entries(schemas).map(([name, schema]) => interfaceOf(name, schema, schemas))].join('\n\n')}\n`;
}

/** @type {(name: string) => URL} */
const here = (name) => new URL(name, import.meta.url);
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(here('src/schema.ts'), generate(JSON.parse(readFileSync(here('openapi.json'), 'utf8'))));
}
