// The usual service as an HTTP server, to measure against.
//
//   node service.mjs 8090 6399
import http from 'node:http';
import Redis from 'ioredis';
import { obtain } from './images.mjs';

const [port, redisPort] = process.argv.slice(2).map(Number);
const redis = new Redis(redisPort);

http.createServer((request, response) => {
  let text = '';
  request.on('data', (part) => { text += part; });
  request.on('end', async () => {
    try {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await obtain(redis, text)));
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  });
}).listen(port, '127.0.0.1', 1024);
