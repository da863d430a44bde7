// How a call to the provider may end. `bills` says whether the image is drawn, and so billed, whatever comes of it.
import { randomBytes } from 'node:crypto';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

const draw = (response, bytes = PNG) => response.writeHead(200, { 'content-type': 'image/png' }).end(bytes);
const refuse = (status, headers = {}) => (response) => response.writeHead(status, headers).end('{}');

export const answers = {
  image: { bills: true, answer: (response) => draw(response) },
  'too many': { bills: false, answer: refuse(429, { 'retry-after': '1' }) },
  throttle: { bills: false, answer: refuse(429, { 'retry-after': '2' }) },
  error: { bills: false, answer: refuse(500) },
  unavailable: { bills: false, answer: refuse(503, { 'retry-after': '1' }) },
  slow: { bills: true, answer: (response) => setTimeout(draw, 5_000, response) },
  hang: { bills: true, answer: () => {} },
  reset: { bills: true, answer: (response) => response.socket.resetAndDestroy() },
  garbage: { bills: true, answer: (response) => draw(response, randomBytes(400)) },
};
