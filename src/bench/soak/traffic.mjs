// Mixed traffic for so long. Writes a line for each answer: when, what was asked, how it ended.
//
//   SECONDS_LONG=180 node traffic.mjs answers.ndjson 8081 8082 8083
import { createWriteStream } from 'node:fs';
import { paced } from '../fleet/paced.mjs';
import { ask, hangUp, json } from './client.mjs';
import { ImageSet, asCsv, asNdjson, image } from './images.mjs';

const [file, ...ports] = process.argv.slice(2);
const seconds = Number(process.env.SECONDS_LONG);
const log = createWriteStream(file);
const images = new ImageSet();
/** What lately answered with a key; what lately answered with a URL. */
const recent = { keys: [], urls: [] };

const remember = (list, value) => {
  list.push(value);
  if (list.length > 200) list.shift();
};
const oneOf = (list) => list[Math.floor(Math.random() * list.length)];

/** Asks, and writes down how it ended; `read` adds what the answer says. */
async function recorded(op, known, method, path, options, read = () => ({})) {
  const at = Date.now();
  const answer = await ask(ports, method, path, options);
  const detail = answer.headers?.['cache-status'] ?? /"type":"[^"]*\/([^"]*)"/.exec(answer.body ?? '')?.[1];
  const { status, millis } = answer;
  log.write(JSON.stringify({ at, op, status, detail, millis, ...known, ...(status < 300 && read(answer)) }) + '\n');
}

const askFor = (number) => {
  const patience = Math.random() < 0.1 ? {} : { prefer: Math.random() < 0.1 ? 'respond-async' : 'wait=5' };
  const options = { body: JSON.stringify(image(number)), ...patience };
  return recorded('image', { image: number }, 'POST', '/v1/images', options, (answer) => {
    const { key, url } = json(answer);
    remember(recent.keys, { key, image: number });
    if (url) remember(recent.urls, new URL(url));
    return { key };
  });
};

/** Asks about an image that was asked for lately. */
const about = (op, method, suffix = '') => () => {
  const known = oneOf(recent.keys);
  return known && recorded(op, known, method, `/v1/images/${known.key}${suffix}`);
};

const download = () => {
  const url = oneOf(recent.urls);
  return url && recorded('download', {}, 'GET', url.pathname + url.search, {}, ({ body }) => ({ bytes: body.length }));
};

const purge = () => recorded('purge', { template: 'seasonal' }, 'POST', '/v1/templates/seasonal/purge');

/** 20 new images, 10 known ones, and in NDJSON a row that is none. */
const batch = (turn) => {
  const numbers = [...images.grow(20), ...Array.from({ length: 10 }, () => images.popular())];
  const [type, body] = turn % 2 === 0
    ? ['application/x-ndjson', asNdjson(numbers) + '{"template":"card"}\n']
    : ['text/csv', asCsv(numbers)];
  return recorded('batch', { rows: turn % 2 === 0 ? 31 : 30 }, 'POST', '/v1/batches', { body, type }, (answer) => ({ id: json(answer).id }));
};

images.grow(1);
await Promise.all([
  paced(4, seconds, () => askFor(images.grow(1)[0])),
  paced(50, seconds, () => askFor(images.popular())),
  paced(5, seconds, about('look', 'GET')),
  paced(3, seconds, about('content', 'GET', '/content')),
  paced(2, seconds, download),
  paced(0.3, seconds, about('delete', 'DELETE')),
  paced(0.05, seconds, purge),
  paced(0.07, seconds, batch),
]);
log.end();
hangUp();
