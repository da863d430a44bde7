// The usual service as a function: API Gateway's event in (payload format 2.0), its answer out.
import Redis from 'ioredis';
import { obtain } from './images.mjs';

const redis = new Redis(Number(process.env.REDIS_PORT));

export async function handler(event) {
  const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(await obtain(redis, body)) };
}
