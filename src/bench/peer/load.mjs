// Asks services for the same 1,000 images, by turns, and prints the first one beside each of the others. The load comes from
// wrk, which takes little of the processor that the services are measured on.
//
//   node load.mjs http://127.0.0.1:8081/v1/images http://127.0.0.1:8090/v1/images http://127.0.0.1:8091/v1/images
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { make, requests } from './requests.mjs';

const services = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'hits-'));
const bodies = path.join(folder, 'bodies');
writeFileSync(bodies, requests.map(({ body }) => `${body}\n`).join(''));

/** Rate in requests a second, times in milliseconds. */
function measure(url, connections, seconds) {
  const script = path.join(import.meta.dirname, 'hits.lua');
  const wrk = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url];
  return JSON.parse(execFileSync('wrk', wrk, { env: { ...process.env, HITS: bodies } }).toString().trim().split('\n').at(-1));
}

for (const url of services) {
  await make(url);
  measure(url, 64, 20);
}
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
for (const connections of [1, 16, 64]) {
  const runs = services.map(() => []);
  for (let turn = 0; turn < 3; turn++) {
    for (const [index, url] of services.entries()) runs[index].push(measure(url, connections, 6));
  }
  const figures = runs.map((those) => ({
    rate: median(those.map(({ rate }) => rate)),
    p50: median(those.map(({ p50 }) => p50)),
    p99: median(those.map(({ p99 }) => p99)),
    errors: those.reduce((sum, { errors }) => sum + errors, 0),
  }));
  const [ours, ...peers] = figures;
  const ratios = peers.map(({ rate }) => (ours.rate / rate).toFixed(2)).join(' and ');
  console.log(`${connections} connections: ${ratios} × the others' requests a second`, figures);
}
rmSync(folder, { recursive: true });
