// The first hits of images in a new instance: each is asked for once, and how long the second half took is printed. The first half
// warms the JVM up.
//
//   node first.mjs 9001 'what it is'
import { imageEvent } from './events.mjs';
import { RuntimeApi } from './runtime-api.mjs';

const IMAGES = 3_000;
const [port, name] = process.argv.slice(2);
const api = new RuntimeApi(Number(port));
const taken = [];
for (let number = 0; number < IMAGES; number++) {
  const { text, millis } = await api.invoke(imageEvent(number));
  const { statusCode, headers } = JSON.parse(text);
  if (statusCode !== 200 || !headers['Cache-Status'].includes('hit')) throw new Error(text);
  taken.push(millis);
}
const sorted = taken.slice(IMAGES / 2).sort((a, b) => a - b);
console.log(`${name}: first hit p50 ${sorted[sorted.length >> 1].toFixed(2)} ms, p90 ${sorted[Math.floor(sorted.length * 0.9)].toFixed(2)} ms`);
process.exit();
