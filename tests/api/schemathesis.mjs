// Runs schemathesis against a server: everything that the description of an operation allows, and some that it does not.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** What has to hold for every answer. That nonsense is refused and sense taken is what our own tests say more exactly. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
];

/** The program; without one there is nothing to run. */
export const PROGRAM = process.env.TEMOTO_SCHEMATHESIS;

/**
 * The same document as somebody reads it who has only `way` (`key` or `login`) to say who they are, and knows these things.
 * `things(path)`: identifiers that an operation may be called with; `left`: paths that are left out.
 */
export function narrow(document, way, things, left = []) {
  const copy = structuredClone(document);
  for (const [path, operations] of Object.entries(copy.paths)) {
    if (left.includes(path)) {
      delete copy.paths[path];
      continue;
    }
    for (const operation of Object.values(operations)) {
      operation.security = operation.security.filter((one) => way in one);
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'path') parameter.schema = { type: 'string', enum: [...things(path), '0'.repeat(32)] };
      }
    }
  }
  return copy;
}

/** Calls the operations of a document, the same way each time; gives each operation with what was wrong with it, or null. */
export async function schemathesis({ document, address, headers, folder, examples, checks = [] }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [described, report] = [join(folder, 'openapi.json'), join(folder, 'report.xml')];
  writeFileSync(described, JSON.stringify(document));
  const words = ['run', described, '--url', address, '--checks', [...CHECKS, ...checks].join(',')];
  for (const header of headers) words.push('--header', header);
  words.push('--phases', 'examples,coverage,fuzzing', '--max-examples', String(examples), '--generation-deterministic');
  words.push('--continue-on-failure', '--no-shrink', '--request-timeout', '10', '--warnings', 'off', '--no-color');
  words.push('--report', 'junit', '--report-junit-path', report);
  const env = { ...process.env, PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_HOOKS: 'addresses' };
  // A minute on a machine that does nothing else; without a report the run has failed.
  const child = spawn(PROGRAM, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said = (said + bytes).slice(-20_000)));
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (!existsSync(report)) throw new Error(`schemathesis has no report:\n${said}`);
  return results(readFileSync(report, 'utf8'));
}

function results(xml) {
  const plain = (text) =>
    text.replace(/&(lt|gt|quot|apos|#10|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", '#10': '\n', amp: '&' })[name]);
  const cases = xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g);
  return Array.from(cases, ([, name, inside]) => [plain(name), /<(failure|error)/.test(inside ?? '') ? plain(inside) : null]);
}
