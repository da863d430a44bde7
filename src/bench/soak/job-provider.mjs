// An image API that works in jobs, as FLUX documents it (docs.bfl.ai): a job for a prompt, a URL to ask whether it is ready, at most
// 24 at once. A job is billed when it is taken.
//
//   node job-provider.mjs 9900
//   curl 'localhost:9900/fault?kind=slow'     slow: jobs take 12 s longer; never: one of eight never ends; else none
//   curl localhost:9900/bills                 each job since the start, a line: when, for what, under which fault, how often it was asked for
//   curl localhost:9900/stats                 bills, images, 429s, most at once
import http from 'node:http';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const MOST_ACTIVE = 24;
const port = Number(process.argv[2] ?? 9900);
const origin = `http://127.0.0.1:${port}`;
const jobs = [];
let fault = 'none';
let throttled = 0;
let most = 0;

const active = (now) => jobs.filter(({ readyAt }) => now < readyAt && readyAt !== Infinity).length;

function begin(prompt) {
  const now = Date.now();
  if (active(now) >= MOST_ACTIVE) {
    throttled++;
    return [429, { detail: 'Too many active tasks' }];
  }
  const takes = 1_500 + Math.random() * 4_000 + (fault === 'slow' ? 12_000 : 0);
  const never = fault === 'never' && jobs.length % 8 === 0;
  const id = jobs.push({ at: now, prompt, fault, never, polls: 0, readyAt: never ? Infinity : now + takes }) - 1;
  most = Math.max(most, active(now));
  return [200, { id: `${id}`, polling_url: `${origin}/v1/get_result?id=${id}` }];
}

function poll(id) {
  const job = jobs[id];
  if (!job) return [404, { status: 'Task not found' }];
  job.polls++;
  return [200, Date.now() < job.readyAt ? { status: 'Pending', result: null } : { status: 'Ready', result: { sample: `${origin}/results/${id}.png` } }];
}

const stats = () => ({ bills: jobs.length, images: new Set(jobs.map(({ prompt }) => prompt)).size, throttled, mostAtOnce: most, polls: jobs.reduce((sum, job) => sum + job.polls, 0) });

http.createServer((request, response) => {
  const url = new URL(request.url, origin);
  const json = ([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (url.pathname === '/fault') {
    fault = url.searchParams.get('kind');
    response.end('ok\n');
  } else if (url.pathname === '/bills') {
    response.end(jobs.map((job) => JSON.stringify(job) + '\n').join(''));
  } else if (url.pathname === '/stats') {
    response.end(JSON.stringify(stats()) + '\n');
  } else if (url.pathname.startsWith('/results/')) {
    response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
  } else if (url.pathname === '/v1/get_result') {
    json(poll(Number(url.searchParams.get('id'))));
  } else {
    let body = '';
    request.on('data', (part) => { body += part; });
    // Of a caller that was killed while it wrote, only a part arrives, which buys nothing.
    request.on('end', () => {
      const prompt = /"prompt":"([^"]+)"/.exec(body)?.[1];
      json(prompt && body.endsWith('}') ? begin(prompt) : [400, { detail: 'Bad request' }]);
    });
  }
}).listen(port, '127.0.0.1', 1024);
