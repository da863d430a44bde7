// The console as a person uses it, in a real browser against the whole service.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before, beforeEach, afterEach } from "node:test";
import { eventually, launch, SERVICE, unheard } from "./support.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const TABS = ["image", "link", "catalogue", "stampede", "receipts", "dead-letters"];
const KEY = "9c1d".padEnd(64, "0");

let browser;
let page;
let complaints;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  page.setDefaultTimeout(60_000);
  complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  // A 4xx that the page shows to its user is logged by the browser, too.
  page.on("console", (message) => message.type() === "error" && !/status of 4/.test(message.text()) && complaints.push(message.text()));
  await page.goto(SERVICE);
});

afterEach(async () => {
  assert.deepEqual(complaints, []);
  await page.close();
});

const open = (tab) => page.click(`#tab-${tab}`);
const text = (selector) => page.textContent(selector);
const says = (selector, pattern) =>
  page.waitForFunction(([at, words]) => new RegExp(words).test(document.querySelector(at).textContent), [selector, pattern.source]);

/** A page whose service is in this state. */
async function where(path, body) {
  const asked = [];
  await page.route(`**/${path}`, (route) => {
    asked.push(route.request().method());
    return route.request().method() === "GET" ? route.fulfill({ json: body }) : route.fulfill({ status: 204 });
  });
  return asked;
}

const STATS = {
  since: "2026-11-24T06:00:00Z",
  hitRatio: null,
  requests: { hit: 0, stale: 0, stored: 0, collapsed: 0, pending: 0, failed: 0 },
  providerCalls: 0,
  provider429s: 0,
  provider5xxs: 0,
  providerP50Millis: null,
  providerP95Millis: null,
  queueDepth: 0,
  queueOldestAgeSeconds: null,
  creditsUsed: 0,
  creditsLeft: null,
  permits: { granted: 0, denied: 0, lapsed: 0, refused: 0 },
  inFlight: 0,
  deadLetters: 3,
  coolDownUntil: null,
  lanes: null,
};

const RECEIPTS = {
  receipts: [
    { key: KEY, state: "unknown", template: "hero", provider: "default", since: "2026-11-24T06:00:00Z", until: "2026-11-24T06:02:10Z", purchases: 2, next: "Not bought again." },
    { key: KEY.replace("9", "8"), state: "open", template: "hero", provider: "default", since: "2026-11-24T06:00:00Z", until: "2026-11-24T06:02:10Z", purchases: 1, next: "Waits for its end." },
  ],
};

test("asking shows the image, and asking again is a hit", async () => {
  await page.click("#fresh");
  await page.click("#ask-button");
  await says("#word", /^stored$/);
  assert.match(await text("#time"), /^\d+ ms$|^\d+\.\d s$/);
  assert.match(await text("#key"), /^[0-9a-f]{64}$/);
  assert.equal(await page.evaluate(() => document.getElementById("image").naturalWidth), 1200);
  assert.match(await page.getAttribute("#url", "href"), /\/cdn\/images\/.*Signature=/);
  await page.click("#again");
  await says("#word", /^hit$/);
  assert.deepEqual(await page.$$eval("#history li", (all) => all.map((one) => one.dataset.outcome)), ["hit", "stored"]);
});

for (const template of ["social-card", "product-card", "chart"]) {
  test(`the example of ${template} works`, async () => {
    await page.selectOption("#template", template);
    await page.click("#ask-button");
    await says("#word", /^(stored|hit)$/);
  });
}

test("a problem stands beside the field that has it, and goes with it", async () => {
  await page.fill("#data", '{"title": 1, "title": 2}');
  await page.click("#ask-button");
  await says("#word", /^failed$/);
  assert.match(await text("#data-problem"), /stands twice.*line 1, column 21;/);
  assert.equal(await page.getAttribute("#data", "aria-invalid"), "true");
  await page.click("#fresh");
  assert.ok(await page.isHidden("#data-problem"));
});

/** What the service answers while an image is being made. */
const PENDING = { status: 202, headers: { "Retry-After": "600" }, json: { key: KEY, status: "pending" } };

test("an image on another host is shown", async () => {
  await page.route("https://cdn.example/**", (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630"/>' }),
  );
  await page.route("**/v1/images", (route) =>
    route.fulfill({
      headers: { "Cache-Status": "afterimage; hit" },
      json: { key: KEY, url: "https://cdn.example/image", urlExpiresAt: "2026-11-24T07:00:00Z" },
    }),
  );
  await page.click("#ask-button");
  await says("#word", /^hit$/);
  assert.equal(await page.evaluate(() => document.getElementById("image").naturalWidth), 1200);
});

test("an image that takes longer is looked for every five seconds, however long Retry-After is", async () => {
  await page.clock.install();
  await page.reload();
  await page.route("**/v1/images", (route) => route.fulfill(PENDING));
  await page.route(`**/v1/images/${KEY}`, (route) => route.fulfill({ status: 404, json: { title: "There is no such image", detail: "" } }));
  await page.click("#ask-button");
  await says("#word", /^pending$/);
  await page.clock.fastForward(5_000);
  await says("#word", /^failed$/);
});

test("an image that is still not there after all looks is told in words, and can be asked for again", async () => {
  await page.click("#ask-button");
  await page.waitForSelector("#stage[data-state=shown]");
  await page.clock.install();
  await page.route("**/v1/images", (route) => route.fulfill(PENDING));
  await page.route(`**/v1/images/${KEY}`, (route) => route.fulfill(PENDING));
  await page.click("#again");
  await says("#word", /^pending$/);
  assert.ok(
    await eventually(async () => {
      await page.clock.fastForward(5_000);
      return page.isEnabled("#again");
    }),
  );
  assert.match(await text("#meaning"), /still being made.*asking is free/);
  assert.equal(await page.getAttribute("#stage", "data-state"), "pending");
  assert.ok(await page.isHidden("#image"));
  assert.ok(await page.isHidden("#facts"));
});

test("a template that nobody knows is told beside its name", async () => {
  await page.selectOption("#template", "");
  await page.fill("#other", "unheard-of");
  await page.click("#ask-button");
  await says("#word", /^failed$/);
  assert.match(await text("#template-problem"), /social-card/);
});

test("a stampede of a hundred is one bill", async () => {
  await open("stampede");
  await page.click("#stampede");
  await says("#tally", /All answered/);
  const [, collapsed, hits] = /^1 bill, (\d+) collapsed, (\d+) hits?\./.exec(await text("#tally"));
  assert.equal(Number(collapsed) + Number(hits), 99);
});

test("a link is made, copied and followed; a wrong one says why", async () => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await open("link");
  await page.fill("#link-data", JSON.stringify({ title: unheard() }));
  await page.selectOption("#link-end", "30");
  await page.click("#make-link");
  await page.waitForSelector("#made-link:not([hidden])");
  const link = await page.inputValue("#link-url");
  assert.match(link, /\/i\/social-card\.png\?d=[\w-]+&exp=\d{10}&s=[\w-]{43}$/);
  await page.click("#copy-link");
  await says("#link-said", /Copied/);
  assert.equal(await copied(), link);
  await page.click("#copy-meta");
  assert.equal(await copied(), `<meta property="og:image" content="${link.replaceAll("&", "&amp;")}">`);
  await page.click("#preview");
  await says("#link-said", /what a page or a crawler gets/);
  assert.equal(await page.evaluate(() => document.getElementById("link-image").naturalWidth), 1200);

  await page.fill("#link-data", "{");
  await page.click("#make-link");
  await says("#link-problem", /not valid JSON/);
});

test("a catalogue is priced before anything is bought, then made, shown and listed", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "catalogue-"));
  context.after(() => rm(folder, { recursive: true }));
  const name = unheard();
  await writeFile(join(folder, "products.csv"), `name,price\n${name} Lamp,1\n${name} Mug,2\n${name} Lamp,1\n${name}\n`);
  const calls = async () => (await (await fetch(`${SERVICE}/v1/stats`)).json()).providerCalls;
  const before = await calls();

  await page.addInitScript({ path: AXE });
  await page.reload();
  await open("catalogue");
  await page.click("#check");
  await says("#batch-problem", /Choose a CSV file/);
  await page.setInputFiles("#csv", join(folder, "products.csv"));
  await page.click("#check");
  await page.waitForSelector("#estimate:not([hidden])");
  assert.equal(await text("[data-estimate=missing]"), "2");
  assert.equal(await text("[data-estimate=duplicates]"), "1 duplicate");
  assert.match(await text("#bad-rows"), /^Line 5: The row has 1 cell, /);
  assert.equal(await calls(), before);

  await page.click("#upload");
  await says("#batch-tally", /^Finished/);
  assert.match(await text("#batch-tally"), /1 failed\.$/);
  assert.equal(await page.getAttribute("#bar", "aria-valuenow"), "4");
  assert.deepEqual(await findings(), []);
  await page.waitForFunction(() => [...document.querySelectorAll("#thumbnails img")].filter((image) => image.naturalWidth).length === 3);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  const rows = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  assert.equal(rows[0], "line,key,url,outcome");
  assert.equal(rows.length, 5);
});

test("an estimate is gone when the template changes", async () => {
  await open("catalogue");
  await page.click("#sample");
  await page.waitForSelector("#estimate:not([hidden])");
  await page.fill("#batch-template", "chart");
  assert.ok(await page.isHidden("#estimate"));
});

test("a receipt of an unknown end is given one more purchase, after a second click", async () => {
  await where("v1/receipts", RECEIPTS);
  const deleted = await where(`v1/receipts/${KEY}`);
  await open("receipts");
  await says("#receipts-said", /^1 under way, 1 with an unknown end\.$/);
  const allow = page.locator("#receipts button");
  assert.equal(await allow.count(), 1);
  await allow.click();
  assert.match(await allow.textContent(), /billed twice/);
  assert.deepEqual(deleted, []);
  await allow.click();
  await page.waitForFunction(() => !document.querySelector("[data-sure]"));
  assert.deepEqual(deleted, ["DELETE"]);
});

test("no receipts and no dead letters are told in words", async () => {
  await where("v1/receipts", { receipts: [] });
  await open("receipts");
  await says("#receipts-said", /^None/);
  await open("dead-letters");
  await says("#dead-letters-said", /^None/);
  assert.ok(await page.isDisabled("#redrive"));
});

test("dead letters go back on the queue", async () => {
  await where("v1/stats", STATS);
  await page.route("**/v1/dead-letters/redrive", (route) => route.fulfill({ json: { redriven: 3 } }));
  await open("dead-letters");
  await says("#dead-letters-said", /^3 jobs given up\.$/);
  await page.click("#redrive");
  await says("#dead-letters-said", /^3 jobs back on the queue\./);
});

test("a newcomer sees no empty chart; charts appear with the first value", async () => {
  await where("v1/stats", STATS);
  await page.reload();
  await says("#pulse", /^counted since/);
  assert.equal(await page.locator(".chart:visible").count(), 0);
  await page.unroute("**/v1/stats");
  await says("[data-sub=throttled]", /^of [1-9]/);
  await page.click("#fresh");
  await page.click("#ask-button");
  await page.waitForSelector(".chart:has(#requests-plot):visible");
  await page.waitForFunction(() => document.querySelector("#requests-plot path[data-outcome=stored]").getAttribute("d") !== "");
  await says("[data-sub=latency]", /^p95 /);
  await says("[data-tile=ratio]", /^\d+ %$/);
});

test("everything is reached by keyboard and shows its focus", async () => {
  const visited = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    visited.push(await page.evaluate(() => document.activeElement.id || document.activeElement.name));
    assert.notEqual(
      await page.evaluate(() => {
        const at = document.activeElement;
        return getComputedStyle(at.name === "theme" ? at.nextElementSibling : at).outlineStyle;
      }),
      "none",
    );
  }
  const wanted = ["theme", "tab-image", "template", "format", "data", "ask-button", "fresh"];
  assert.deepEqual(visited.filter((id) => wanted.includes(id)), wanted);
});

test("tabs are chosen by arrow keys, and the address names the open one", async () => {
  await page.focus("#tab-image");
  for (const [key, tab] of [["ArrowRight", "link"], ["End", "dead-letters"], ["ArrowRight", "image"], ["ArrowLeft", "dead-letters"], ["Home", "image"]]) {
    await page.keyboard.press(key);
    assert.equal(await page.evaluate(() => document.activeElement.id), `tab-${tab}`);
    assert.ok(await page.isVisible(`#${tab}-panel`));
    assert.equal(await page.locator("[role=tabpanel]:visible").count(), 1);
  }
  await page.goto(`${SERVICE}/#receipts`);
  assert.ok(await page.isVisible("#receipts-panel"));
});

test("the form is sent by keyboard, and the focus stays", async () => {
  await page.focus("#ask-button");
  await page.keyboard.press("Enter");
  await says("#word", /^(stored|hit)$/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "ask-button");
});

test("the chosen theme outlives the visit", async () => {
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background();
  await page.check("#theme input[value=dark]", { force: true });
  const dark = await background();
  await page.reload();
  assert.equal(await background(), dark);
  assert.notEqual(dark, light);
  await page.check("#theme input[value=auto]", { force: true });
  assert.equal(await background(), light);
});

test("nothing moves for those who prefer that", async () => {
  assert.equal(await page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running").length), 0);
});

/** What axe finds wrong with the page as it is shown, and rows of buttons that take two lines. */
const findings = () =>
  page.evaluate(async () => {
    const { violations } = await globalThis.axe.run();
    const wrapped = [...document.querySelectorAll(".buttons")].filter(
      (row) => new Set([...row.children].filter((button) => button.checkVisibility()).map((button) => button.offsetTop)).size > 1,
    );
    return [
      ...violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]),
      ...wrapped.map((row) => ["two lines", row.textContent]),
      ...(document.documentElement.scrollWidth > innerWidth ? ["scrolls sideways"] : []),
    ];
  });

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 375]) {
    test(`axe finds nothing in any tab, ${colorScheme}, ${width} px`, async () => {
      await where("v1/receipts", RECEIPTS);
      await page.addInitScript({ path: AXE });
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 812 });
      await page.reload();
      await page.click("#ask-button");
      await says("#word", /^(stored|hit)$/);
      await page.click("#again");
      await open("link");
      await page.click("#make-link");
      await page.waitForSelector("#made-link:not([hidden])");
      await open("catalogue");
      await page.click("#sample");
      await page.waitForSelector("#estimate:not([hidden])");
      for (const tab of TABS) {
        await open(tab);
        assert.deepEqual(await findings(), [], tab);
      }
    });
  }
}
