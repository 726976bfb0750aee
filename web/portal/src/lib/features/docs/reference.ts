/** The description of the REST interface as its page shows it: operations by resource, bodies as lists of fields. */

interface Schema {
  $ref?: string;
  type?: string | string[];
  items?: Schema;
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
  example?: unknown;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Described {
  tags: string[];
  summary?: string;
  parameters?: { in: string; name: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string; 'x-temoto-common'?: boolean }>;
  'x-temoto-for': string;
  'x-temoto-scope'?: string;
}

export interface Description {
  info: { title: string };
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
}

export interface Field {
  /** With the way to it: `users[].id`. */
  name: string;
  type: string;
  required: boolean;
  description: string;
}

export interface Answer {
  status: string;
  description: string;
}

export interface Operation {
  /** Names it within the page. */
  id: string;
  method: string;
  path: string;
  summary: string;
  /** `anyone`, `operator` or `administrator`. */
  who: string;
  /** What a key must be for; nothing: no key may. */
  scope: string | null;
  parameters: Field[];
  body: Field[];
  answers: Answer[];
  fields: Field[];
  example: string;
}

export interface Resource {
  tag: string;
  operations: Operation[];
}

/** Deeper than this nothing is written out. */
const DEPTH = 4;

/** Everything in it, by resource, in the order of the document. */
export function resources(document: Description, server: string): Resource[] {
  const found = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, described] of Object.entries(methods)) {
      const tag = described.tags[0] ?? 'server';
      const operations = found.get(tag) ?? [];
      operations.push(operation(document, server, method.toUpperCase(), path, described));
      found.set(tag, operations);
    }
  }
  const byName = [...found].sort(([a], [b]) => a.localeCompare(b));
  return byName.map(([tag, operations]) => ({ tag, operations }));
}

/** How every call can fail: what the document marks as common, each once. */
export function common(document: Description): Answer[] {
  const found = new Map<string, string>();
  for (const methods of Object.values(document.paths)) {
    for (const described of Object.values(methods)) {
      for (const [status, answer] of Object.entries(described.responses)) {
        const longer = answer.description.length > (found.get(status)?.length ?? 0);
        if (answer['x-temoto-common'] && longer) found.set(status, answer.description);
      }
    }
  }
  return [...found].sort().map(([status, description]) => ({ status, description }));
}

function operation(
  document: Description,
  server: string,
  method: string,
  path: string,
  described: Described,
): Operation {
  const scope = described['x-temoto-scope'] ?? null;
  const body = json(described.requestBody);
  const own = Object.entries(described.responses).filter(([, answer]) => !answer['x-temoto-common']);
  const success = own.find(([status]) => status.startsWith('2'))?.[1];
  return {
    id: `${method}${path}`
      .replace('/api/v1', '')
      .replace(/[^A-Za-z]+/g, '-')
      .replace(/-$/, ''),
    method,
    path,
    summary: described.summary ?? '',
    who: described['x-temoto-for'],
    scope,
    parameters: (described.parameters ?? []).map((one) => ({
      name: one.in === 'path' ? `{${one.name}}` : one.name,
      type: typeName(document, one.schema),
      required: one.required === true,
      description: one.description ?? '',
    })),
    body: body ? fieldsOf(document, body) : [],
    answers: own.map(([status, { description }]) => ({ status, description })),
    fields: fieldsOf(document, json(success) ?? {}),
    example: curl(document, server, method, path, scope !== null, body),
  };
}

function json(from: Content | undefined): Schema | null {
  return from?.content?.['application/json']?.schema ?? null;
}

function resolve(document: Description, schema: Schema): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}

/** The one schema of `X or nothing`. */
function certain(schema: Schema): Schema {
  return schema.oneOf?.find((one) => one.type !== 'null') ?? schema;
}

function typeName(document: Description, schema: Schema): string {
  const real = resolve(document, certain(schema));
  if (real.type === 'array' && real.items) return `${typeName(document, real.items)}[]`;
  const kinds = [real.type ?? 'object'].flat().filter((kind) => kind !== 'null');
  return kinds.join(' | ');
}

function fieldsOf(document: Description, schema: Schema, way = '', depth = 0): Field[] {
  const real = resolve(document, certain(schema));
  if (depth > DEPTH) return [];
  if (real.type === 'array' && real.items) return fieldsOf(document, real.items, `${way}[]`, depth + 1);
  return (real.allOf ?? [real]).flatMap((part) => {
    const { properties = {}, required = [] } = resolve(document, part);
    if (part.$ref) return fieldsOf(document, part, way, depth + 1);
    return Object.entries(properties).flatMap(([key, property]) => {
      const name = way === '' ? key : `${way}.${key}`;
      const own = {
        name,
        type: typeName(document, property),
        required: required.includes(key),
        description: property.description ?? '',
      };
      return [own, ...fieldsOf(document, property, name, depth + 1)];
    });
  });
}

/** Values of the kind that the document gives as examples. */
function sample(document: Description, schema: Schema): unknown {
  const real = resolve(document, certain(schema));
  if (real.example !== undefined) return real.example;
  if (real.type === 'array') return [];
  if (real.properties ?? real.allOf) {
    const parts = (real.allOf ?? [real]).map((part) => Object.entries(resolve(document, part).properties ?? {}));
    return Object.fromEntries(parts.flat().map(([key, property]) => [key, sample(document, property)]));
  }
  const kind = [real.type ?? 'object'].flat()[0];
  return kind === 'string' ? '…' : kind === 'boolean' ? true : kind === 'object' ? {} : 0;
}

function curl(
  document: Description,
  server: string,
  method: string,
  path: string,
  withKey: boolean,
  body: Schema | null,
): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}'${server}${path.replaceAll('{id}', 'ID')}'`];
  // Where no key is taken, a page of this server would send its cookie and where it is from.
  if (withKey) lines.push(`-H 'Authorization: Bearer temoto_key_…'`);
  else if (method !== 'GET') lines.push(`-H 'Origin: ${server}'`);
  if (body) {
    lines.push(
      `-H 'Content-Type: application/json'`,
      `-d '${JSON.stringify(sample(document, body)).replaceAll("'", "'\\''")}'`,
    );
  }
  return lines.join(' \\\n  ');
}

/** Words and, between backticks, code. */
export function pieces(text: string): { code: boolean; text: string }[] {
  return text
    .split('`')
    .map((piece, n) => ({ code: n % 2 === 1, text: piece }))
    .filter((piece) => piece.text !== '');
}
