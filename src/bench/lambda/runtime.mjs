// The least that runs a handler: takes an event from the Runtime API, hands the answer back, and so on. AWS' own client for Node
// does this and more (contexts, errors, time-outs).
//
//   AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001 node runtime.mjs
import http from 'node:http';
import { handler } from './handler.mjs';

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((done, failed) => {
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, agent }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => done({ id: response.headers['lambda-runtime-aws-request-id'], text }));
    });
    request.on('error', failed);
    request.end(body);
  });
}

for (;;) {
  const { id, text } = await call('GET', 'next');
  await call('POST', `${id}/response`, JSON.stringify(await handler(JSON.parse(text))));
}
