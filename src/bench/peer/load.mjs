// Asks two services for the same 1,000 pictures, by turns, and prints one beside the other.
//
//   node load.mjs http://127.0.0.1:8081/v1/images http://127.0.0.1:8090/v1/images
import autocannon from 'autocannon';
import { make, requests } from './pictures.mjs';

const services = process.argv.slice(2);
const measure = (url, connections, duration) => autocannon({ url, connections, duration, requests });

for (const url of services) {
  await make(url);
  await measure(url, 64, 20);
}
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
for (const connections of [1, 16, 64]) {
  const runs = services.map(() => []);
  for (let turn = 0; turn < 3; turn++) {
    for (const [index, url] of services.entries()) runs[index].push(await measure(url, connections, 6));
  }
  const figures = runs.map((those) => ({
    rate: median(those.map(({ requests: { average } }) => average)),
    p99: median(those.map(({ latency }) => latency.p99)),
    errors: those.reduce((sum, run) => sum + run.errors + run.non2xx, 0),
  }));
  const [ours, peer] = figures;
  console.log(`${connections} connections: ${(ours.rate / peer.rate).toFixed(2)} × the peer's requests a second`, figures);
}
