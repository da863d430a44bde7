// What a soak wrote down: a JSON document a line.
import { existsSync, readFileSync } from 'node:fs';

export const records = (file) =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
