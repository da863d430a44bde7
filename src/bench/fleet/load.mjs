// Asks a fleet for pictures, and says how the answers ended.
//
//   node load.mjs same 8081 8082 8083 8084      100 clients, one new picture
//   node load.mjs sixty 8081 8082 8083 8084     60 new pictures at once
import http from 'node:http';

const [scenario, ...ports] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 2000 });
const run = Date.now();

function ask(port, body) {
  const start = performance.now();
  return new Promise((answered) => {
    const ended = (how) => answered({ how, millis: performance.now() - start });
    const headers = { 'content-type': 'application/json' };
    const request = http.request({ host: '127.0.0.1', port, path: '/v1/images', method: 'POST', agent, headers });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => ended(`${response.statusCode} ${response.headers['cache-status'] ?? ''}`.trim()));
    });
    request.on('error', (error) => ended(error.code));
    request.end(JSON.stringify(body));
  });
}

const scenarios = {
  same: [100, () => ({ template: 't', data: { run } })],
  sixty: [60, (number) => ({ template: 't', data: { run, number } })],
};

const [clients, body] = scenarios[scenario];
const start = performance.now();
const answers = await Promise.all(
  Array.from({ length: clients }, (_, number) => ask(ports[number % ports.length], body(number))));
const seconds = (performance.now() - start) / 1000;
const ended = {};
for (const { how } of answers) ended[how] = (ended[how] ?? 0) + 1;
console.log(scenario, `${seconds.toFixed(1)} s`, JSON.stringify(ended));
agent.destroy();
