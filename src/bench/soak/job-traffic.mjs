// New images and known ones for so long; then waits until the queue is empty, and looks what became of each that was accepted.
// Writes a line for each.
//
//   SECONDS_LONG=300 node job-traffic.mjs images.ndjson 8081 8082 8083
import { writeFileSync } from 'node:fs';
import { paced, pause } from '../fleet/paced.mjs';
import { ask, hangUp, json } from './client.mjs';

const PATIENCE = 120_000;
const [file, ...ports] = process.argv.slice(2);
const seconds = Number(process.env.SECONDS_LONG);
/** The key of each image that was accepted, by its number. */
const keys = new Map();
const statuses = {};
let newest = 0;

async function want(number) {
  const body = JSON.stringify({ template: 'card', data: { prompt: `image ${number}` } });
  const prefer = number % 5 === 0 ? 'respond-async' : 'wait=8';
  const answer = await ask(ports, 'POST', '/v1/images', { body, prefer });
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  if (answer.status === 200 || answer.status === 202) keys.set(number, json(answer).key ?? answer.headers.location?.split('/').at(-1));
}

await Promise.all([
  paced(1.5, seconds, () => want(++newest)),
  paced(6, seconds, () => want(1 + Math.floor(Math.random() * Math.max(1, newest)))),
]);

async function status(key) {
  return (await ask(ports, 'GET', `/v1/images/${key}`)).status;
}

const until = Date.now() + PATIENCE;
let open = [...keys];
while (open.length > 0 && Date.now() < until) {
  const looks = await Promise.all(open.map(async ([number, key]) => [number, key, await status(key)]));
  open = looks.filter(([, , how]) => how !== 200).map(([number, key]) => [number, key]);
  if (open.length > 0) await pause(2_000);
}
const missing = new Set(open.map(([number]) => number));
writeFileSync(file, [...keys.keys()].map((number) => JSON.stringify({ prompt: `image ${number}`, there: !missing.has(number) }) + '\n').join(''));
console.error('answers by status:', JSON.stringify(statuses));
hangUp();
