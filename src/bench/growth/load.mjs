// Asks for images out of so many, 16 at once, and prints how quickly they were found.
//
//   node load.mjs http://127.0.0.1:8081 1000000 1000     1,000 of them, evenly spread, again and again
//   node load.mjs http://127.0.0.1:8081 1000000 all      any of them at random
import autocannon from 'autocannon';
import { keyOf } from './keys.mjs';

const [url, entries, asked] = process.argv.slice(2);
const count = asked === 'all' ? 100_000 : Number(asked);
const numbers = Array.from({ length: count }, (_, turn) =>
  asked === 'all' ? Math.floor(Math.random() * entries) : Math.floor((turn * entries) / count));
const paths = numbers.map((number) => `/v1/images/${keyOf(number)}`);
let turn = 0;
const requests = [{ setupRequest: (request) => ({ ...request, path: paths[turn++ % paths.length] }) }];

const measure = (duration) => autocannon({ url, connections: 16, duration, requests });
const median = (figures) => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)];

await measure(5);
const runs = [];
for (let run = 0; run < 3; run++) runs.push(await measure(6));
console.log(`${entries} entries, ${asked} asked for:`, {
  requestsPerSecond: Math.round(median(runs.map(({ requests: { average } }) => average))),
  p50: median(runs.map(({ latency }) => latency.p50)),
  p99: median(runs.map(({ latency }) => latency.p99)),
  errors: runs.reduce((sum, run) => sum + run.errors + run.non2xx, 0),
});
