// Writes index entries as Redis commands, in the form of IndexEntryCodec, for redis-cli --pipe.
//
//   node entries.mjs 1000 100000 | redis-cli --pipe     those from number 1,000 to 99,999
import { once } from 'node:events';
import { keyOf } from './keys.mjs';

const [from, to] = process.argv.slice(2).map(Number);
const DAY = 86_400_000;
const now = Date.now();
const line = `1 png 48213 ${now} ${now + DAY} ${now + 8 * DAY}`;

const command = (...words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

for (let first = from; first < to; first += 1000) {
  let commands = '';
  for (let number = first; number < Math.min(to, first + 1000); number++) {
    commands += command('SET', `afterimage:image:${keyOf(number)}`, line, 'PXAT', String(now + 8 * DAY));
  }
  if (!process.stdout.write(commands)) await once(process.stdout, 'drain');
}
