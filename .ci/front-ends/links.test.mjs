// Signed request links as crawlers and browsers follow them.
import assert from "node:assert/strict";
import test from "node:test";
import { Afterimage } from "../../clients/typescript/dist/index.js";
import { browser, curl, SECRET, SERVICE, site, unheard } from "./support.mjs";

const client = new Afterimage({ baseUrl: SERVICE, linkSecret: SECRET });
const CRAWLER = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)";

const card = (more = {}) => ({ template: "social-card", data: { title: unheard(), ...more } });

/** Where Chromium ends up when it opens the link, and what is drawn there. */
async function open(page, url) {
  const answer = await page.goto(url);
  const drawn = await page.evaluate(() => [document.images[0]?.naturalWidth ?? 0, document.images[0]?.naturalHeight ?? 0]);
  return { status: answer.status(), type: answer.headers()["content-type"], drawn };
}

test("an og:image link is followed by a crawler, cold and warm", async () => {
  for (const method of [[], ["--head"]]) {
    const link = await client.imageUrl(card());
    const ask = (...more) => curl("--user-agent", CRAWLER, ...method, ...more, link);
    const cold = await ask();
    assert.deepEqual([cold.status, cold.header("cache-status")], [302, "afterimage; fwd=miss; stored"]);
    // Without a base URL the target has the host that was asked, which no shared cache may keep.
    assert.match(cold.header("cache-control"), /^private, max-age=\d+$/);
    const warm = await ask();
    assert.deepEqual([warm.status, warm.header("cache-status")], [302, "afterimage; hit"]);
    assert.equal(warm.header("location"), cold.header("location"));
    const image = await ask("--location");
    assert.deepEqual([image.status, image.header("content-type")], [200, "image/png"]);
  }
});

test("an og:image link is opened by Chromium, cold and warm", async (context) => {
  const page = await (await browser(context)).newPage();
  const link = await client.imageUrl(card());
  const shown = { status: 200, type: "image/png", drawn: [1200, 630] };
  assert.deepEqual(await open(page, link), shown);
  assert.equal((await curl(link)).header("cache-status"), "afterimage; hit");
  assert.deepEqual(await open(page, link), shown);
});

test("a page of another site shows the images of its links, whatever their data", async (context) => {
  const texts = ["Zoë", "日本語", "עברית", "👩‍🚀", "1 + 1 = 2", "100 %", "%2B %252B", "a&b=c#d?e", '<b>"\'\\', "\u0000\u001f\u007f\u2028", "ÿûþ>>>???"];
  const links = await Promise.all(texts.map((subtitle) => client.imageUrl(card({ subtitle }))));
  const images = links.map((link) => `<img src="${link.replaceAll("&", "&amp;")}" alt="">`);
  const page = await (await browser(context)).newPage();
  await page.goto(await site(context, `<!doctype html>${images.join("")}`), { waitUntil: "load" });
  const widths = await page.evaluate(() => [...document.images].map((image) => image.naturalWidth));
  assert.deepEqual(widths, texts.map(() => 1200));
  for (const link of links) {
    assert.equal((await curl(link)).header("cache-status"), "afterimage; hit");
  }
});

const changed = (name, change) => (link) => {
  const url = new URL(link);
  const before = url.searchParams.get(name);
  return link.replace(`${name}=${before}`, `${name}=${change(before)}`);
};

/** What mail programs, chats and template engines do to links: how it is done, and the status then. */
const TREATMENTS = {
  "nothing": [(link) => link, 200],
  "adding parameters, as trackers do": [(link) => `${link}&utm_source=a+b&fbclid=%C3%AB`, 200],
  "adding a fragment": [(link) => `${link}#top`, 200],
  "moving s to the front": [(link) => link.replace(/\?(d=[^&]*)&(s=.*)/, "?$2&$1"), 200],
  "percent-encoding what needs none": [(link) => link.replace("social-card", "social%2Dcard").replace("d=e", "d=%65"), 200],
  "double encoding": [(link) => link.replace("d=e", "d=%2565"), 403],
  "encoding the whole query": [(link) => link.replace(/\?(.*)/, (_, query) => `?${encodeURIComponent(query)}`), 403],
  "writing & as &amp; where nothing turns it back": [(link) => link.replace("&s=", "&amp;s="), 200],
  "padding the signature": [changed("s", (s) => `${s}=`), 403],
  "padding the data after it was signed": [changed("d", (d) => `${d}%3D`), 403],
  "cutting the end off": [(link) => link.slice(0, -1), 403],
  "lower case": [changed("s", (s) => s.toLowerCase()), 403],
  "another template": [(link) => link.replace("social-card", "chart"), 403],
  "another format": [(link) => link.replace(".png", ".webp"), 403],
  "giving the data twice": [(link) => `${link}&d=e30`, 403],
  "leaving the signature out": [(link) => link.replace(/&s=.*/, ""), 403],
};

for (const [treatment, [change, status]] of Object.entries(TREATMENTS)) {
  test(`${treatment}: ${status}, for Chromium and curl alike`, async (context) => {
    const page = await (await browser(context)).newPage();
    const link = change(await client.imageUrl(card()));
    assert.equal((await open(page, link)).status, status);
    assert.equal((await curl("--location", link)).status, status);
  });
}

/** Signs any d, also one that the client would never make. */
async function signed(d) {
  const text = `/i/social-card.png?d=${d}`;
  const key = await crypto.subtle.importKey("raw", Buffer.from(SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `${SERVICE}${text}&s=${Buffer.from(await crypto.subtle.sign("HMAC", key, Buffer.from(text))).toString("base64url")}`;
}

const json = (title) => JSON.stringify({ title });

/** What other languages' signers may write: d, and the status then. */
const SIGNERS = {
  "padding": [Buffer.from(json("ab")).toString("base64url").padEnd(20, "="), 200],
  "white space and another order": [Buffer.from(`{ "title" : "x",\n "author": "y" }`).toString("base64url"), 200],
  "escaped unicode": [Buffer.from('{"title":"Zo\\u00eb"}').toString("base64url"), 200],
  "base64 with + and /": [Buffer.from(json("ÿûþ>>>???~~~")).toString("base64"), 403],
  "no base64": ["a*b", 400],
  "no JSON": ["bm8", 400],
  "no object": ["W10", 400],
  "Latin-1": [Buffer.from(json("Zoë"), "latin1").toString("base64url"), 400],
  "nothing": ["", 403],
};

for (const [what, [d, status]] of Object.entries(SIGNERS)) {
  test(`a signer that writes ${what}: ${status}, for Chromium and curl alike`, async (context) => {
    const page = await (await browser(context)).newPage();
    const link = await signed(d);
    assert.equal((await open(page, link)).status, status);
    assert.equal((await curl("--location", link)).status, status);
  });
}
