// What a program does that uses OpenAI's Node client.  node client.mjs BASE-URL
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const openai = new OpenAI({ baseURL: process.argv[2], apiKey: 'any' });
const request = { model: 'card', prompt: 'A fox in the snow', size: '1024x1024' };
const since = (start) => `${((Date.now() - start) / 1000).toFixed(1)} s`;

let start = Date.now();
const cold = await openai.images.generate(request).withResponse();
console.log(`node: a new image after ${since(start)}: ${cold.response.headers.get('cache-status')}`);
const image = await fetch(cold.data.data[0].url);
assert.equal(image.status, 200);
assert.equal(image.headers.get('content-type'), 'image/png');

start = Date.now();
const warm = await openai.images.generate(request).withResponse();
console.log(`node: the same again after ${since(start)}: ${warm.response.headers.get('cache-status')}`);
assert.equal(warm.response.headers.get('cache-status'), 'afterimage; hit');

const inline = await openai.images.generate({ ...request, model: 'vendor/model-1.1', response_format: 'b64_json' });
assert.deepEqual(Buffer.from(inline.data[0].b64_json, 'base64'), Buffer.from(await image.arrayBuffer()));

start = Date.now();
const variants = await openai.images.generate({ ...request, n: 3 });
assert.equal(new Set(variants.data.map((one) => new URL(one.url).pathname)).size, 3);
console.log(`node: three variants, of which one was there, after ${since(start)}`);

for (const wrong of [{ n: 0 }, { n: 11 }, { response_format: 'svg' }, { model: 'no template' }]) {
  const [param] = Object.keys(wrong);
  await assert.rejects(openai.images.generate({ ...request, ...wrong }),
    (error) => error instanceof OpenAI.BadRequestError && error.param === param && error.code === 'invalid_request');
}
console.log('node: what is wrong is a BadRequestError that names the parameter');
