// Sends the same events to two functions, by turns, and prints one beside the other. Two Runtime APIs, on which they poll.
//
//   node measure.mjs 9001 9002      ours, the peer's
import { imageEvent } from './events.mjs';
import { RuntimeApi } from './runtime-api.mjs';

/** More than an instance asks for within near-ttl, so that every hit is looked up in Redis; and so few that hardly any is. */
const IMAGES = { spread: 3_000, hot: 100 };
const [WARM_UP, TURNS, EVENTS] = [2, 8, 3_000];
const functions = process.argv.slice(2).map((port) => new RuntimeApi(Number(port)));
const events = Array.from({ length: IMAGES.spread }, (_, number) => imageEvent(number));

async function ask(api, event) {
  const { text, millis } = await api.invoke(event);
  const { statusCode, headers } = JSON.parse(text);
  if (statusCode !== 200) throw new Error(text);
  return { millis, hit: headers['cache-status'] ?? headers['Cache-Status'] };
}

const at = (sorted, share) => +sorted[Math.floor(share * sorted.length)].toFixed(2);

async function compare(name, images) {
  const taken = functions.map(() => []);
  const statuses = {};
  let next = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    const those = Array.from({ length: EVENTS }, () => events[next++ % images]);
    for (const [index, api] of functions.entries()) {
      for (const event of those) {
        const { millis, hit } = await ask(api, event);
        taken[index].push(millis);
        if (hit) statuses[hit] = (statuses[hit] ?? 0) + 1;
      }
    }
  }
  const [ours, peer] = taken.map((millis) => millis.sort((a, b) => a - b)).map((sorted) => ({
    p50: at(sorted, 0.5), p90: at(sorted, 0.9), p99: at(sorted, 0.99), events: sorted.length,
  }));
  console.log(`${name}: ours`, ours, statuses, 'peer', peer);
  const ratios = ['p50', 'p90', 'p99'].map((share) => `${share} ${(ours[share] / peer[share]).toFixed(2)}`);
  console.log(`${name}: × the peer's milliseconds: ${ratios.join(', ')}`);
}

for (const api of functions) {
  for (let round = 0; round <= WARM_UP; round++) for (const event of events) await ask(api, event);
}
for (const [name, images] of Object.entries(IMAGES)) await compare(name, images);
process.exit();
