import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Afterimage, type Batch } from "../src/index.js";

// In a file of its own, which opens no connection: the timers of those would be moved too.

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

type Answer = (signal: AbortSignal) => Promise<Response>;

/** The rows done, as they are told by these answers to one call after the other. Waits pass at once. */
async function told(context: TestContext, progress: "events" | "poll", ...answers: Answer[]): Promise<number[]> {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const fetch = (_: unknown, init?: RequestInit) =>
    init?.method === "POST" ? Promise.resolve(Response.json({ id: BATCH.id, total: 2 }, { status: 202 })) : answers.shift()!(init!.signal!);
  const batch = await new Afterimage({ baseUrl: "http://localhost", fetch: fetch as typeof globalThis.fetch }).batch([], { progress });
  const done: number[] = [];
  let ended = false;
  const reading = (async () => {
    for await (const state of batch) {
      done.push(state.done);
    }
  })().finally(() => (ended = true));
  for (let second = 0; second < 60 && !ended; second++) {
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(1000);
  }
  assert.ok(ended, "still waiting after a minute");
  await reading;
  return done;
}

const never: Answer = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

const events = (batch: Batch, more: "end" | "silence"): Answer => async () =>
  new Response(
    new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode(`data:${JSON.stringify(batch)}\n\n`));
        if (more === "end") {
          stream.close();
        }
      },
    }),
  );

test("a stream that falls silent is opened again, and so is one that never begins", async (context) => {
  assert.deepEqual(await told(context, "events", events(BATCH, "silence"), never, events(DONE, "end")), [0, 2]);
});

test("a poll that is never answered is repeated", async (context) => {
  assert.deepEqual(await told(context, "poll", never, async () => Response.json(DONE)), [2]);
});
