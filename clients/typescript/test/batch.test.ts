import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Afterimage, type Batch, ConnectionError, NotFoundError, type Options, TimeoutError } from "../src/index.js";
import { type Exchange, problem, reply, server, sleep } from "./support.js";

const BATCH: Batch = {
  id: "01jqvcx7h5m0a2b3c4d5e6f7g8",
  state: "running",
  total: 2,
  done: 0,
  hits: 0,
  generated: 0,
  failed: 0,
  failures: [],
  startedAt: "2026-03-01T02:00:00.123Z",
  finishedAt: null,
};
const DONE: Batch = { ...BATCH, state: "finished", done: 2, generated: 2, finishedAt: "2026-03-01T02:00:09Z" };
const ROWS = [1, 2].map((n) => ({ template: "t", data: { n } }));

const taken = { id: BATCH.id, total: 2 };
const event = (batch: Batch) => `data:${JSON.stringify(batch)}\n\n`;

const told = async (progress: AsyncIterable<Batch>) => {
  const done: number[] = [];
  for await (const batch of progress) {
    done.push(batch.done);
  }
  return done;
};

test("rows are sent as NDJSON; a repeat after a broken connection has the same idempotency key", async (context) => {
  const { url, asked } = await server(context, ({ request, response }, count) =>
    count === 1 ? request.socket.destroy() : reply(response, 202, taken),
  );
  const batch = await new Afterimage({ baseUrl: url }).batch(ROWS);
  assert.deepEqual([batch.id, batch.total], [BATCH.id, 2]);
  assert.equal(asked[1]?.body, '{"data":{"n":1},"template":"t"}\n{"data":{"n":2},"template":"t"}\n');
  assert.equal(asked[1]?.request.headers["content-type"], "application/x-ndjson");
  const keys = asked.map(({ request }) => request.headers["idempotency-key"]);
  assert.match(String(keys[0]), /^[0-9a-f-]{36}$/);
  assert.equal(keys[0], keys[1]);
});

test("a CSV file names its template in the query, and the caller's idempotency key is kept", async (context) => {
  const { url, asked } = await server(context, ({ response }) => reply(response, 202, taken));
  await new Afterimage({ baseUrl: url }).batch({ csv: "n\n1\n2\n" }, { template: "a:b", idempotencyKey: "cards-2026-11-24" });
  assert.equal(asked[0]?.request.url, "/v1/batches?template=a%3Ab");
  assert.equal(asked[0]?.request.headers["content-type"], "text/csv");
  assert.equal(asked[0]?.request.headers["idempotency-key"], "cards-2026-11-24");
  assert.equal(asked[0]?.body, "n\n1\n2\n");
});

test("progress is reported at each change until the end, however the events are split", async (context) => {
  const { url } = await server(context, ({ request, response }) => {
    if (request.method === "POST") {
      return reply(response, 202, taken);
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const text = Buffer.from(event({ ...BATCH, failures: [{ line: 1, reason: "Zoë" }] }) + event({ ...BATCH, done: 1 }) + event({ ...BATCH, done: 1, etaSeconds: 3 }) + event(DONE));
    let sent = 0;
    const timer = setInterval(() => {
      response.write(text.subarray(sent, (sent += 31)));
      if (sent >= text.length) {
        clearInterval(timer);
        response.end();
      }
    }, 1);
  });
  const batch = await new Afterimage({ baseUrl: url }).batch(ROWS);
  assert.deepEqual(await told(batch), [0, 1, 2]);
});

test("a stream that ends or breaks before the batch does is opened again", async (context) => {
  const { url, asked } = await server(context, ({ request, response }, count) => {
    if (request.method === "POST") {
      return reply(response, 202, taken);
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(event(count === 4 ? DONE : { ...BATCH, done: count - 2 }), () =>
      count === 3 ? response.destroy() : response.end(),
    );
  });
  const batch = await new Afterimage({ baseUrl: url }).batch(ROWS);
  assert.deepEqual(await told(batch), [0, 1, 2]);
  assert.equal(asked.length, 4);
});

test("an event that a proxy cut off is not read; the stream is opened again", async (context) => {
  const { url } = await server(context, ({ request, response }, count) => {
    if (request.method === "POST") {
      return reply(response, 202, taken);
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end(count === 2 ? event(BATCH).slice(0, 30) : event(DONE));
  });
  const batch = await new Afterimage({ baseUrl: url }).batch(ROWS);
  assert.deepEqual(await told(batch), [2]);
});

test("no progress is told after the call's time, even what has arrived in it", async (context) => {
  const { url } = await server(context, ({ request, response }) => {
    if (request.method === "POST") {
      return reply(response, 202, taken);
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(event(BATCH) + event({ ...BATCH, done: 1 }));
  });
  const progress = (await new Afterimage({ baseUrl: url }).batch(ROWS)).progress({ timeout: 300 });
  await progress.next();
  await sleep(400);
  await assert.rejects(progress.next(), TimeoutError);
});

test("polling asks for the batch itself", async (context) => {
  const { url, asked } = await server(context, ({ request, response }, count) =>
    request.method === "POST" ? reply(response, 202, taken) : reply(response, 200, count < 3 ? BATCH : DONE),
  );
  const batch = await new Afterimage({ baseUrl: url }).batch(ROWS, { progress: "poll" });
  assert.deepEqual(await batch.finished(), DONE);
  assert.equal(asked[1]?.request.url, `/v1/batches/${BATCH.id}`);
});

test("leaving the loop closes the stream, and a signal ends it", async (context) => {
  let closed = 0;
  const { url } = await server(context, ({ request, response }) => {
    if (request.method === "POST") {
      return reply(response, 202, taken);
    }
    response.on("close", () => closed++);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(event(BATCH));
  });
  const batch = await new Afterimage({ baseUrl: url }).batch(ROWS);
  for await (const _ of batch) {
    break;
  }
  const reason = new Error("enough");
  await assert.rejects(batch.finished({ signal: AbortSignal.any([abortedSoon(reason)]) }), reason);
  const deadline = Date.now() + 5000;
  while (closed < 2 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(closed, 2);
});

test("a batch can be cancelled, and a forgotten one is not found", async (context) => {
  const { url } = await server(context, ({ request, response }) =>
    request.method === "POST"
      ? reply(response, 202, taken)
      : request.method === "DELETE"
        ? reply(response, 200, { ...DONE, state: "cancelled" })
        : reply(response, 404, problem("batch-not-found", 404)),
  );
  const client = new Afterimage({ baseUrl: url });
  assert.equal((await (await client.batch(ROWS)).cancel()).state, "cancelled");
  await assert.rejects(client.lookAtBatch(BATCH.id), NotFoundError);
});

async function all<T>(given: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of given) {
    found.push(one);
  }
  return found;
}

const PAGE = 5_000;

/** A batch whose every second line has ended. Its pages are answered as the test says. */
async function listed(context: TestContext, options: Partial<Options>, page: (exchange: Exchange, count: number) => void) {
  const { url, asked } = await server(context, (exchange, count) =>
    exchange.request.method === "POST" ? reply(exchange.response, 202, taken) : page(exchange, count - 1),
  );
  return { batch: await new Afterimage({ baseUrl: url, ...options }).batch(ROWS), asked };
}

const rowsAfter = (line: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ line: line + 2 * (i + 1), key: null, url: null, outcome: "failed" })}\n`).join("");

const send = ({ response }: Exchange, rows: string) => response.writeHead(200, { "Content-Type": "application/x-ndjson" }).end(rows);

test("images are listed in pages, each after the last line of the one before, for as long as they are worked on", async (context) => {
  const timeout = 1000;
  const { batch, asked } = await listed(context, { timeout }, (exchange, count) =>
    send(exchange, count === 1 ? rowsAfter(0, PAGE) : rowsAfter(2 * PAGE, 3)),
  );
  const lines: number[] = [];
  for await (const { line } of batch.images()) {
    if (line === 2 || line === 2 * PAGE + 2) {
      await sleep(timeout + 100);
    }
    lines.push(line);
  }
  assert.deepEqual(lines, Array.from({ length: PAGE + 3 }, (_, i) => 2 * (i + 1)));
  assert.deepEqual(
    asked.slice(1).map(({ request }) => request.url),
    [0, 2 * PAGE].map((after) => `/v1/batches/${BATCH.id}/images?after=${after}&limit=${PAGE}`),
  );
  assert.equal(asked[1]?.request.headers.accept, "application/x-ndjson");
});

test("a batch of exactly one page ends with an empty one", async (context) => {
  const { batch, asked } = await listed(context, {}, (exchange, count) => send(exchange, count === 1 ? rowsAfter(0, PAGE) : ""));
  assert.equal((await all(batch.images())).length, PAGE);
  assert.equal(asked.length, 3);
});

test("a page that breaks off is asked for again; where nothing is repeated it is a ConnectionError", async (context) => {
  const broken = ({ response }: Exchange) => response.writeHead(200).write(rowsAfter(0, 2).slice(0, -9), () => response.destroy());
  const again = await listed(context, {}, (exchange, count) => (count === 1 ? broken(exchange) : send(exchange, rowsAfter(0, 2))));
  assert.equal((await all(again.batch.images())).length, 2);

  const once = await listed(context, { retries: 0 }, broken);
  await assert.rejects(once.batch.images().next(), ConnectionError);
});

test("a page that does not arrive in the call's time is a TimeoutError", async (context) => {
  const { batch } = await listed(context, {}, ({ response }) => response.writeHead(200).write(rowsAfter(0, 2)));
  await assert.rejects(batch.images({ timeout: 200 }).next(), TimeoutError);
});

test("a signal ends the list between two images of a page", async (context) => {
  const { batch } = await listed(context, {}, (exchange) => send(exchange, rowsAfter(0, 2)));
  const controller = new AbortController();
  const images = batch.images({ signal: controller.signal });
  await images.next();
  const reason = new Error("enough");
  controller.abort(reason);
  await assert.rejects(images.next(), reason);
});

function abortedSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 100);
  return controller.signal;
}
