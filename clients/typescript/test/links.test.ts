import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Afterimage, canonicalJson } from "../src/index.js";

/** The same that the service's own tests read; run from the package's folder. */
const vectors = JSON.parse(readFileSync("../../src/test/resources/dev/afterimage/delivery/links.json", "utf8"));

const client = new Afterimage({ baseUrl: "https://images.example/", linkSecret: vectors.secret });

for (const vector of vectors.links) {
  test(`a link equals the service's: ${vector.case}`, async () => {
    const data = JSON.parse(vector.data);
    assert.equal(canonicalJson(data), vector.canonical);
    const expires = vector.expires && { expires: new Date(1000 * vector.expires + 999) };
    const url = await client.imageUrl({ template: vector.template, data, format: vector.format }, expires ?? {});
    assert.equal(url, `https://images.example${vector.link}`);
  });
}

test("jpg means jpeg, and the default format is png", async () => {
  const link = (format?: "jpg") => client.imageUrl({ template: "t", data: {}, ...(format && { format }) });
  assert.match(await link("jpg"), /\/t\.jpeg\?/);
  assert.match(await link(), /\/t\.png\?/);
});

test("a link begins at the CDN where one is named", async () => {
  const other = new Afterimage({ baseUrl: "https://api.example", linkBaseUrl: "https://cdn.example/x/", linkSecret: vectors.secret });
  assert.match(await other.imageUrl({ template: "t", data: {} }), /^https:\/\/cdn\.example\/x\/i\/t\.png\?d=e30&s=[\w-]{43}$/);
});

for (const [what, data] of Object.entries({
  "not a number": { n: Number.NaN },
  infinity: { n: Number.POSITIVE_INFINITY },
  "a bigint": { n: 1n },
  "the first half of a surrogate pair": { t: "\ud83d." },
  "the second half of one, in a name": { "\ude00": 1 },
})) {
  test(`${what} has no single meaning and is refused`, async () => {
    await assert.rejects(client.imageUrl({ template: "t", data }), TypeError);
  });
}

test("64 levels are taken, 65 are not", () => {
  const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
  assert.equal(canonicalJson(nested(64)).length, 63 * 6 + 2);
  assert.throws(() => canonicalJson(nested(65)), TypeError);
});

test("what JSON.stringify leaves out is left out, and dates are written as it writes them", () => {
  const value = { b: new Date(0), a: undefined, c: [undefined, () => 1], d: { toJSON: () => ({ y: 1, x: 2 }) } };
  assert.equal(canonicalJson(value), '{"b":"1970-01-01T00:00:00.000Z","c":[null,null],"d":{"x":2,"y":1}}');
});

test("a link of over 8,000 characters is refused with its length", async () => {
  await assert.rejects(client.imageUrl({ template: "t", data: { t: "x".repeat(6000) } }), /would have 80\d\d characters/);
});

for (const [what, expires] of Object.entries({
  "an invalid date": new Date("tomorrow"),
  "a time of twelve digits, which the service does not read": new Date(1e14),
  "a time before 1970": new Date(-1000),
})) {
  test(`${what} is no end of a link and is refused`, async () => {
    await assert.rejects(client.imageUrl({ template: "t", data: {} }, { expires }), /Let expires be a valid Date/);
  });
}

test("the last end that the service reads is taken", async () => {
  assert.match(await client.imageUrl({ template: "t", data: {} }, { expires: new Date(1e14 - 1) }), /&exp=99999999999&s=/);
});

test("a short or missing secret, an invalid template and another variant are refused", async () => {
  assert.throws(() => new Afterimage({ baseUrl: "https://x.example", linkSecret: "short" }), TypeError);
  await assert.rejects(new Afterimage({ baseUrl: "https://x.example" }).imageUrl({ template: "t", data: {} }), TypeError);
  await assert.rejects(client.imageUrl({ template: "a/b", data: {} }), TypeError);
  await assert.rejects(client.imageUrl({ template: "t", data: {}, variant: 1 }), /variant 0/);
});

test("no link is signed in a page", async (context) => {
  context.after(() => Reflect.deleteProperty(globalThis, "document"));
  Object.assign(globalThis, { document: {} });
  await assert.rejects(client.imageUrl({ template: "t", data: {} }), /on a server/);
});
