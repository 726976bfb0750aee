// Files that another process appends to, a line at a time.
import { readFileSync } from 'node:fs';

/** What stands in a file of one JSON value a line. The last line may be half there yet: a long one is written in parts. */
export function jsonLines(file) {
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line));
}
