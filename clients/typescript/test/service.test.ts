import assert from "node:assert/strict";
import test from "node:test";
import { Afterimage, InvalidRequestError, ProblemError, RejectedError } from "../src/index.js";
import { SERVICE, unheard } from "./support.js";

/** The service's secret for links; .ci/front-ends.sh starts it with this one. */
const linkSecret = process.env.AFTERIMAGE_LINK_SECRET ?? "0123456789abcdef0123456789abcdef";

const client = new Afterimage({ baseUrl: SERVICE, linkSecret });

test("an image is made once, whatever the order of its data", async () => {
  const { title } = unheard();
  const first = await client.image({ template: "social-card", data: { title, author: "Ada" } });
  assert.equal(first.outcome, "stored");
  const second = await client.image({ template: "social-card", data: { author: "Ada", title }, format: "png" });
  assert.equal(second.outcome, "hit");
  assert.equal(second.key, first.key);
  const bytes = await (await fetch(second.url)).arrayBuffer();
  assert.equal(bytes.byteLength, first.bytes);
});

test("twenty requests at once share one bill", async () => {
  const data = unheard();
  const images = await Promise.all(Array.from({ length: 20 }, () => client.image({ template: "social-card", data })));
  assert.equal(images.filter(({ outcome }) => outcome === "stored").length, 1);
});

test("a link signed by the client equals the service's and is accepted by it", async () => {
  const request = { template: "social-card", data: { ...unheard(), subtitle: "Zoë + 日本語 = 👩‍🚀 & 100 %", n: [1e21, 0.1, -0] } };
  const url = await client.imageUrl(request);
  const answer = await fetch(url, { redirect: "manual" });
  assert.equal(answer.status, 302);
  assert.equal((await fetch(answer.headers.get("Location") as string)).headers.get("Content-Type"), "image/png");
  const made = await fetch(`${SERVICE}/v1/links`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
  assert.equal(((await made.json()) as { url: string }).url, url);
  assert.equal((await client.image(request)).outcome, "hit");
});

test("a link works until it expires", async () => {
  const request = { template: "social-card", data: { title: "With an end" } };
  const status = async (millis: number) =>
    (await fetch(await client.imageUrl(request, { expires: new Date(Date.now() + millis) }), { redirect: "manual" })).status;
  assert.equal(await status(60_000), 302);
  assert.equal(await status(-60_000), 403);
});

test("a batch reports its price, progress, bad rows and images", async () => {
  const { title } = unheard();
  const csv = `title,author\n${title} 1,Ada\n${title} 2\n${title} 3,Grace\n`;
  const { rows, missing, cost, bad } = await client.dryRun({ csv }, { template: "social-card" });
  assert.deepEqual([rows, missing, cost, bad[0]?.line], [3, 2, 2, 3]);
  const batch = await client.batch({ csv }, { template: "social-card" });
  assert.equal(batch.total, 3);
  let last;
  for await (const progress of batch) {
    assert.ok(progress.done + progress.failed <= 3);
    last = progress;
  }
  assert.equal(last?.state, "finished");
  assert.deepEqual([last.generated, last.failed, last.failures[0]?.line], [2, 1, 3]);
  const images = [];
  for await (const image of batch.images()) {
    images.push(image);
  }
  assert.deepEqual(
    images.map(({ line, outcome, url }) => [line, outcome, url !== null]),
    [[2, "generated", true], [3, "failed", false], [4, "generated", true]],
  );
});

test("the same upload with the same key is the same batch, polled or watched", async () => {
  const rows = [{ template: "social-card", data: unheard() }];
  const idempotencyKey = crypto.randomUUID();
  const first = await client.batch(rows, { idempotencyKey });
  const second = await client.batch(rows, { idempotencyKey, progress: "poll" });
  assert.equal(second.id, first.id);
  assert.equal((await second.finished()).generated, 1);
  assert.equal((await client.lookAtBatch(first.id)).state, "finished");
  await assert.rejects(client.batch([...rows, ...rows], { idempotencyKey }), (error: ProblemError) => error.problem === "idempotency-key-reused");
});

test("the service's problems arrive as classes", async () => {
  await assert.rejects(client.image({ template: "unheard-of", data: {} }), (error: RejectedError) => {
    assert.ok(error instanceof RejectedError);
    assert.equal(error.problem, "template-rejected");
    return true;
  });
  await assert.rejects(client.image({ template: "", data: {} }), InvalidRequestError);
});
