// A strict image API for measurements: any window that holds one call too many is answered 429, by its own clock, at the
// moment of arrival. It counts what it bills.
//
//   node provider.mjs 9900 [ADDRESS]
//   curl 'localhost:9900/reset?rate=10&window=1000&latency=400'    forgets what was, and allows so much from now on
//   curl localhost:9900/mark                                       counts anew from here; remembers which images it has billed
//   curl localhost:9900/stats                                      billed, 429s, the most calls that any window held
//   curl 'localhost:9900/fault?kind=hang'                          from now on each call ends so (answers.mjs)
//   curl 'localhost:9900/fault?kind=error&only=Poison'             only those calls whose body holds that word do
//   curl localhost:9900/calls                                      each call since /reset, a line: when, for what, how it ended
import http from 'node:http';
import { answers } from './answers.mjs';

let rate, window, latency, arrivals, counted, billed, throttled, bodies, calls;
let fault = { kind: 'image', only: '' };

function reset(newRate, newWindow, newLatency) {
  [rate, window, latency] = [newRate, newWindow, newLatency];
  mark();
  bodies = new Map();
  calls = [];
}

function mark() {
  arrivals = arrivals?.filter((arrival) => arrival > performance.now() - window) ?? [];
  [counted, billed, throttled] = [arrivals.length, 0, 0];
}

function mostInAWindow() {
  let most = 0;
  for (let first = 0, last = 0; last < arrivals.length; last++) {
    while (arrivals[last] - arrivals[first] >= window) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

function stats() {
  const seconds = arrivals.length > 1 ? (arrivals.at(-1) - arrivals[0]) / 1000 : 0;
  return {
    calls: arrivals.length - counted, billed, throttled, mostInAWindow: mostInAWindow(),
    callsPerSecond: seconds ? +((arrivals.length - 1) / seconds).toFixed(1) : null,
    images: bodies.size,
    billedTwice: [...bodies.values()].filter((times) => times > 1).length,
  };
}

function arrive() {
  const now = performance.now();
  let inWindow = 0;
  for (let i = arrivals.length - 1; i >= 0 && arrivals[i] > now - window; i--) inWindow++;
  arrivals.push(now);
  return inWindow < rate;
}

function generate(request, response) {
  const admitted = arrive();
  const at = Date.now();
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    const how = admitted ? (body.includes(fault.only) ? fault.kind : 'image') : 'too many';
    const { bills, answer } = answers[how];
    calls.push({ at, body, bills, how });
    if (bills) billed++;
    if (bills) bodies.set(body, (bodies.get(body) ?? 0) + 1);
    if (!admitted) throttled++;
    setTimeout(answer, admitted ? latency : 0, response);
  });
}

reset(10, 1000, 400);
const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const number = (name) => Number(url.searchParams.get(name));
  switch (url.pathname) {
    case '/stats': response.end(JSON.stringify(stats()) + '\n'); break;
    case '/mark': mark(); response.end('ok\n'); break;
    case '/reset': reset(number('rate'), number('window'), number('latency')); response.end('ok\n'); break;
    case '/fault':
      fault = { kind: url.searchParams.get('kind'), only: url.searchParams.get('only') ?? '' };
      response.end('ok\n');
      break;
    case '/calls': response.end(calls.map((call) => JSON.stringify(call) + '\n').join('')); break;
    default: generate(request, response);
  }
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2] ?? 9900), process.argv[3] ?? '127.0.0.1', 1024);
