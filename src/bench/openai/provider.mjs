// An image API that takes so many seconds for each image.  node provider.mjs PORT SECONDS
import { createServer } from 'node:http';

const [port, seconds] = process.argv.slice(2).map(Number);
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
let calls = 0;

createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(String(calls));
    return;
  }
  calls++;
  request.resume();
  setTimeout(() => response.writeHead(200, { 'Content-Type': 'image/png' }).end(png), seconds * 1000);
}).listen(port, '127.0.0.1');
