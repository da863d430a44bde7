// When the traffic has ended: waits until the queue is empty, and looks what became of each job that was accepted. Writes a line
// for each.
//
//   node jobs.mjs answers.ndjson calls.ndjson directory/afterimage.db jobs.ndjson 8081 8082 8083
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { pause } from '../fleet/paced.mjs';
import { ask, hangUp, json } from './client.mjs';
import { numberOf, templateOf } from './images.mjs';
import { records } from './records.mjs';

const PATIENCE = 300_000;
const [answersFile, callsFile, database, to, ...ports] = process.argv.slice(2);
const answers = records(answersFile);
const made = records(callsFile).filter(({ how }) => how === 'image');

const accepted = answers.filter(({ status }) => status === 202);

/** Whether no job waits; the local queue counts those that are worked at, too. */
async function isIdle() {
  const answer = await ask(ports, 'GET', '/v1/stats');
  return answer.status === 200 && json(answer).queueDepth === 0;
}

/** The reasons on the dead-letter queue by image. */
function deadLetters() {
  const rows = execFileSync('sqlite3', ['-json', database, 'SELECT reason, body FROM dead_letter'], { encoding: 'utf8' });
  return new Map(JSON.parse(rows || '[]').map(({ reason, body }) => [numberOf(body), reason]));
}

async function fateOfBatch({ id, rows }) {
  const answer = await ask(ports, 'GET', `/v1/batches/${id}`);
  if (answer.status !== 200) return { fate: 'lost', why: `status ${answer.status}` };
  const { state, total, done, failed } = json(answer);
  const whole = state === 'finished' && total === rows && done + failed === total;
  return { fate: whole ? 'ended' : 'lost', why: `${state}, ${done} + ${failed} of ${total}, ${rows} sent`, done, failed };
}

async function fateOfImage({ at, key, image }, dead) {
  const answer = await ask(ports, 'GET', `/v1/images/${key}`);
  if (answer.status === 200) return { fate: 'there' };
  if (dead.has(image)) return { fate: 'dead letter', why: dead.get(image) };
  const since = (change, seenWithin = 0) => change.at + change.millis + seenWithin >= at;
  if (answers.some((one) => one.op === 'delete' && one.image === image && since(one))) return { fate: 'deleted since' };
  // A purge changes the key under which a job that still waits is made. The other instances see it within near-ttl, 2 s.
  const purged = answers.some((one) => one.op === 'purge' && one.template === templateOf(image) && since(one, 2000));
  if (purged && made.some((call) => call.at >= at && numberOf(call.body) === image)) return { fate: 'made as a newer version' };
  return { fate: 'lost', why: `status ${answer.status}` };
}

const until = Date.now() + PATIENCE;
while (Date.now() < until && !(await isIdle())) await pause(1_000);
const dead = deadLetters();
const lines = [];
for (const job of accepted.filter(({ op }) => op === 'batch' || op === 'image')) {
  const fate = job.op === 'batch' ? await fateOfBatch(job) : await fateOfImage(job, dead);
  lines.push(JSON.stringify({ op: job.op, at: job.at, key: job.key, id: job.id, image: job.image, ...fate }) + '\n');
}
writeFileSync(to, lines.join(''));
hangUp();
