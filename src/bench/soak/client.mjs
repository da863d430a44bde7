// Asks a fleet as a load balancer would: an instance that takes no connection is passed over.
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true });

function askOne(port, method, path, { body, type = 'application/json', prefer } = {}) {
  const start = performance.now();
  return new Promise((answered) => {
    const ended = (answer) => answered({ ...answer, millis: Math.round(performance.now() - start) });
    const headers = { ...(body && { 'content-type': type }), ...(prefer && { prefer }) };
    const request = http.request({ host: '127.0.0.1', port, path, method, agent, headers });
    request.on('response', (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => ended({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
      response.on('error', () => ended({ status: 'broken' }));
    });
    request.on('error', (error) => ended({ status: error.code === 'ECONNREFUSED' ? 'refused' : 'broken' }));
    request.end(body);
  });
}

/** Resolves to status (or `broken`, when the connection ended before the answer did), headers, body and milliseconds. */
export async function ask(ports, method, path, options) {
  const first = Math.floor(Math.random() * ports.length);
  for (let turn = 0; ; turn++) {
    const answer = await askOne(ports[(first + turn) % ports.length], method, path, options);
    if (answer.status !== 'refused' || turn === ports.length) return answer;
  }
}

export const json = (answer) => JSON.parse(answer.body.toString());
export const hangUp = () => agent.destroy();
