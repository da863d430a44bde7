// The side of Lambda that a runtime talks to ("Using the Lambda runtime API"), one event at a time.
import http from 'node:http';

const ROOT = '/2018-06-01/runtime/';

export class RuntimeApi {
  #asked = null; // the answer to `next` that waits for an event
  #event = null;
  #number = 0;

  constructor(port) {
    this.server = http.createServer((request, response) => this.#serve(request, response)).listen(port, '127.0.0.1');
    this.server.keepAliveTimeout = 600_000;
  }

  /** Hands out an event; resolves to the answer and to the milliseconds between the two. */
  invoke(body) {
    return new Promise((answered, failed) => {
      this.#event = { body, answered, failed };
      this.#handOut();
    });
  }

  #handOut() {
    if (!this.#asked || !this.#event || this.#event.start) return;
    const headers = {
      'lambda-runtime-aws-request-id': `00000000-0000-4000-8000-${String(this.#number++).padStart(12, '0')}`,
      'lambda-runtime-deadline-ms': Date.now() + 29_000,
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:afterimage',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(this.#event.body),
    };
    this.#event.start = performance.now();
    this.#asked.writeHead(200, headers).end(this.#event.body);
    this.#asked = null;
  }

  #serve(request, response) {
    if (!request.url.startsWith(ROOT)) {
      response.writeHead(404).end();
      return;
    }
    const path = request.url.slice(ROOT.length);
    if (path === 'invocation/next') {
      this.#asked = response;
      this.#handOut();
      return;
    }
    let text = '';
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
      const now = performance.now();
      response.writeHead(202).end();
      const event = this.#event;
      this.#event = null;
      if (path.endsWith('/response')) event.answered({ text, millis: now - event.start });
      else event.failed(new Error(`${path}: ${text}`));
    });
  }
}
