// Asks a fleet for images, and says how the answers ended and how long they took.
//
//   node load.mjs same 8081 8082 8083 8084      100 clients at once, one new image
//   node load.mjs sixty 8081 8082 8083 8084     60 new images at once
//   node load.mjs leader 8081 8082 8083 8084    one image: first the first port, half a second later 30 clients at the others
//   node load.mjs steady 8081 8082 8083 8084    a minute of 100 hits and 15 new images a second; answers by ten seconds
//   node load.mjs paced 8081                    60 new images at ten a second
//   RATE=1000 SECONDS_LONG=20 node load.mjs flood 8081 8082 8083 8084     new images, evenly spaced, whatever is answered
//
// An instance is a port of this machine, or ADDRESS:PORT. PREFER and KEY are sent along (Prefer, Authorization: Bearer).
import http from 'node:http';
import { paced, pause } from './paced.mjs';

const [scenario, ...ports] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const run = Date.now();
const { PREFER, KEY } = process.env;
const sent = { ...(PREFER && { prefer: PREFER }), ...(KEY && { authorization: `Bearer ${KEY}` }) };
const image = (fields) => ({ template: 't', data: { run, ...fields } });

function ask(instance, body) {
  const start = performance.now();
  const [port, host = '127.0.0.1'] = instance.split(':').reverse();
  return new Promise((answered) => {
    const ended = (how) => answered({ how, millis: performance.now() - start });
    const headers = { 'content-type': 'application/json', ...sent };
    const request = http.request({ host, port, path: '/v1/images', method: 'POST', agent, headers });
    request.on('response', (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => {
        const detail = response.headers['cache-status'] ?? /"type":".*\/([^"]*)"/.exec(text)?.[1] ?? '';
        const later = response.headers['retry-after'] && response.statusCode !== 202 ? ', Retry-After' : '';
        ended(`${response.statusCode} ${detail}`.trim() + later);
      });
    });
    request.on('error', (error) => ended(error.code));
    request.end(JSON.stringify(body));
  });
}

function report(name, answers) {
  const ways = group(answers);
  for (const [how, those] of Object.entries(ways)) {
    const millis = those.map((answer) => answer.millis).sort((a, b) => a - b);
    const at = (share) => Math.round(millis[Math.min(millis.length - 1, Math.floor(share * millis.length))]);
    console.log(`${name}: ${those.length} × ${how} (ms: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)})`);
  }
}

function group(answers) {
  const ways = {};
  for (const answer of answers) (ways[answer.how] ??= []).push(answer);
  return ways;
}

const portOf = (number) => ports[number % ports.length];
const atOnce = (clients, body) =>
  Promise.all(Array.from({ length: clients }, (_, number) => ask(portOf(number), body(number))));

const scenarios = {
  async same() {
    report('same', await atOnce(100, () => image({})));
  },
  async sixty() {
    const start = performance.now();
    report('sixty', await atOnce(60, (number) => image({ number })));
    console.log(`sixty: all within ${((performance.now() - start) / 1000).toFixed(1)} s`);
  },
  async paced() {
    report('paced', await paced(10, 6, (number) => ask(portOf(number), image({ paced: number }))));
  },
  async flood() {
    const [rate, seconds] = [Number(process.env.RATE), Number(process.env.SECONDS_LONG)];
    report('flood', await paced(rate, seconds, (number) => ask(portOf(number), image({ number }))));
  },
  async leader() {
    const first = ask(ports[0], image({}));
    await pause(500);
    const others = ports.slice(1);
    const followers = Array.from({ length: 30 }, (_, number) => ask(others[number % others.length], image({})));
    report('leader', [await first]);
    report('followers', await Promise.all(followers));
  },
  async steady() {
    const hot = Array.from({ length: 20 }, (_, number) => image({ hot: number }));
    await Promise.all(hot.map((body) => ask(ports[0], body)));
    const start = performance.now();
    const phase = () => `second ${String(10 * Math.floor((performance.now() - start) / 10_000)).padStart(2)}+`;
    const phased = async (port, body) => {
      const asked = phase();
      return { asked, ...(await ask(port, body)) };
    };
    const [hits, misses] = await Promise.all([
      paced(100, 60, (number) => phased(portOf(number), hot[number % hot.length])),
      paced(15, 60, (number) => phased(portOf(number), image({ number }))),
    ]);
    for (const [kind, answers] of [['hot', hits], ['new', misses]]) {
      for (const asked of new Set(answers.map((answer) => answer.asked))) {
        report(`${asked} ${kind}`, answers.filter((answer) => answer.asked === asked));
      }
    }
  },
};

await scenarios[scenario]();
agent.destroy();
