// The TypeScript client where there is no Node: in a page, and in a worker, which has no document, as edge runtimes have none.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import test from "node:test";
import { browser, SECRET, SERVICE, unheard } from "./support.mjs";

const dist = new URL("../../clients/typescript/dist/", import.meta.url);

/** What both places do: asks, follows a batch, meets a problem, signs a link. */
const WORK = `
  import { Afterimage, RejectedError } from "/index.js";
  export async function work({ baseUrl, linkSecret, title }) {
    const client = new Afterimage({ baseUrl, linkSecret });
    const request = { template: "social-card", data: { title } };
    const outcomes = [(await client.image(request)).outcome, (await client.image(request)).outcome];
    const batch = await client.batch([request, { template: "social-card", data: { title: title + " 2" } }]);
    const { hits, generated } = await batch.finished();
    const rejected = await client.image({ template: "unheard-of", data: {} }).catch((error) => error instanceof RejectedError);
    const link = await client.imageUrl(request).catch((error) => error.message);
    return { outcomes, hits, generated, rejected, link };
  }`;
const WORKER = 'import { work } from "/work.js"; onmessage = async ({ data }) => postMessage(await work(data).catch((error) => String(error)));';

async function site(context) {
  const server = createServer(async ({ url }, response) => {
    const made = { "/": "<!doctype html>", "/work.js": WORK, "/worker.js": WORKER }[url];
    response.setHeader("Content-Type", url === "/" ? "text/html" : "text/javascript");
    response.end(made ?? (await readFile(new URL(`.${url}`, dist)).catch(() => response.writeHead(404) && "")));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

const work = () => ({ baseUrl: SERVICE, linkSecret: SECRET, title: unheard() });

test("in a page it asks, and signs no link", async (context) => {
  const page = await (await browser(context)).newPage();
  await page.goto(await site(context));
  const done = await page.evaluate(async (given) => (await import("/work.js")).work(given), work());
  const { link, ...rest } = done;
  assert.deepEqual(rest, { outcomes: ["stored", "hit"], hits: 1, generated: 1, rejected: true });
  assert.match(link, /on a server/);
});

test("in a worker it signs links, too", async (context) => {
  const page = await (await browser(context)).newPage();
  await page.goto(await site(context));
  const done = await page.evaluate(
    (given) =>
      new Promise((resolve) => {
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(given);
      }),
    work(),
  );
  assert.deepEqual(done.outcomes, ["stored", "hit"]);
  assert.equal((await fetch(done.link, { redirect: "manual" })).status, 302);
});
