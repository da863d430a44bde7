import assert from "node:assert/strict";
import test from "node:test";
import { CallbackError, verifyCallback } from "../src/index.js";

const secret = "callback-secret-of-at-least-32-bytes";
const body = '{"id":"01jqvcx7h5m0a2b3c4d5e6f7g8","state":"finished","title":"Zoë"}';
const timestamp = "1796000000";
/** `printf '%s.%s' "$timestamp" "$body" | openssl dgst -sha256 -hmac "$secret"` */
const signature = "v1=c2381f0b44605efc1e6cbf977349ab2e0e26b7403ae03141d67d031bb607456c";
const headers = { "Afterimage-Timestamp": timestamp, "Afterimage-Signature": signature };
const options = { secret, now: () => 1000 * Number(timestamp) + 10_000 };

const refused = (message: Parameters<typeof verifyCallback>[0], more: object = {}) =>
  assert.rejects(verifyCallback(message, { ...options, ...more }), CallbackError);

test("a callback signed by openssl is accepted as a Request, with Node's headers, and as bytes", async () => {
  const expected = JSON.parse(body);
  const request = new Request("https://shop.example/done", { method: "POST", headers, body });
  assert.deepEqual(await verifyCallback(request, options), expected);
  const lower = { "afterimage-timestamp": timestamp, "afterimage-signature": [signature] };
  assert.deepEqual(await verifyCallback({ headers: lower, body }, options), expected);
  assert.deepEqual(await verifyCallback({ headers: new Headers(headers), body: new TextEncoder().encode(body) }, options), expected);
});

test("one of several secrets must match one of several signatures", async () => {
  await verifyCallback({ headers, body }, { ...options, secret: ["another", secret] });
  const two = { ...headers, "Afterimage-Signature": `v1=${"0".repeat(64)}, ${signature}` };
  await verifyCallback({ headers: two, body }, options);
  await refused({ headers, body }, { secret: ["another"] });
});

test("a changed body, time stamp or signature is refused", async () => {
  await refused({ headers, body: body.replace("finished", "Finished") });
  await refused({ headers: { ...headers, "Afterimage-Timestamp": "1796000001" }, body });
  await refused({ headers: { ...headers, "Afterimage-Signature": signature.replace("v1=", "v0=") }, body });
  await refused({ headers: { ...headers, "Afterimage-Signature": signature.slice(0, -2) }, body });
});

test("an old callback, one from the future, and one without headers are refused", async () => {
  const at = (seconds: number) => ({ now: () => 1000 * (Number(timestamp) + seconds) });
  await verifyCallback({ headers, body }, { ...options, ...at(300) });
  await refused({ headers, body }, at(301));
  await refused({ headers, body }, at(-301));
  await verifyCallback({ headers, body }, { ...options, ...at(301), toleranceSeconds: 600 });
  await refused({ headers: {}, body });
});
