import assert from "node:assert/strict";
import test from "node:test";
import { Afterimage, type Batch, NotFoundError } from "../src/index.js";
import { problem, reply, server } from "./support.js";

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

function abortedSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 100);
  return controller.signal;
}
