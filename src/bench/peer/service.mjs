// The usual service in front of an image API, to measure against: the key is a hash of the body, Redis holds the URL, a miss
// asks the provider. It signs nothing and checks nothing; on a hit it does less than Afterimage.
//
//   node service.mjs 8090 6399
import http from 'node:http';
import { createHash } from 'node:crypto';
import Redis from 'ioredis';

const [port, redisPort] = process.argv.slice(2).map(Number);
const redis = new Redis(redisPort);

async function obtain(text) {
  const { template, data } = JSON.parse(text);
  const key = createHash('sha256').update(JSON.stringify([template, data])).digest('hex');
  const known = await redis.get(`peer:${key}`);
  if (known) return { key, url: known };
  const url = `https://cdn.example.com/${key}.png`; // the provider's part is not what is measured here
  await redis.set(`peer:${key}`, url, 'EX', 86_400);
  return { key, url };
}

http.createServer((request, response) => {
  let text = '';
  request.on('data', (part) => { text += part; });
  request.on('end', async () => {
    try {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await obtain(text)));
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  });
}).listen(port, '127.0.0.1', 1024);
