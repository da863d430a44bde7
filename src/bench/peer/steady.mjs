// Asks a service for 1,000 images that exist, again and again, and prints how many answers came.
//
//   node steady.mjs http://127.0.0.1:8081/v1/images 30 16     for 30 s over 16 connections
import autocannon from 'autocannon';
import { make, requests } from './requests.mjs';

const [url, duration, connections] = process.argv.slice(2);
await make(url);
const { requests: { total }, non2xx, errors } = await autocannon({
  url, requests, duration: Number(duration), connections: Number(connections),
});
if (non2xx + errors > 0) throw new Error(`${non2xx} answers other than 2xx, ${errors} errors`);
console.log(total);
