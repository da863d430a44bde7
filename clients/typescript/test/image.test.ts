import assert from "node:assert/strict";
import test from "node:test";
import {
  AccessDeniedError,
  Afterimage,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  ProblemError,
  QuotaExceededError,
  RejectedError,
  TimeoutError,
  UnavailableError,
} from "../src/index.js";
import { IMAGE, problem, reply, server } from "./support.js";

const REQUEST = { template: "social-card", data: { title: "Zoë", a: 1 } };
const HIT = { "Cache-Status": "afterimage; hit" };

test("the request is sent as canonical JSON, with the key as bearer", async (context) => {
  const { url, asked } = await server(context, ({ response }) => reply(response, 200, IMAGE, HIT));
  const image = await new Afterimage({ baseUrl: `${url}/behind/a/proxy`, apiKey: "k-1" }).image(REQUEST);
  assert.deepEqual(image, { ...IMAGE, outcome: "hit" });
  assert.equal(asked[0]?.request.url, "/behind/a/proxy/v1/images");
  assert.equal(asked[0]?.request.headers.authorization, "Bearer k-1");
  assert.equal(asked[0]?.body, '{"data":{"a":1,"title":"Zoë"},"template":"social-card"}');
});

for (const [status, outcome] of Object.entries({
  "afterimage; hit": "hit",
  "afterimage; hit; ttl=-60": "stale",
  "afterimage; fwd=miss; stored": "stored",
  "afterimage; fwd=miss; collapsed": "collapsed",
})) {
  test(`${status} is ${outcome}`, async (context) => {
    const { url } = await server(context, ({ response }) => reply(response, 200, IMAGE, { "Cache-Status": status }));
    assert.equal((await new Afterimage({ baseUrl: url }).image(REQUEST)).outcome, outcome);
  });
}

test("202 is followed to its Location, after Retry-After, below the path of a proxy", async (context) => {
  const { url, asked } = await server(context, ({ response }, count) =>
    count < 3
      ? reply(response, 202, { key: IMAGE.key, status: "pending" }, { Location: `/v1/images/${IMAGE.key}`, "Retry-After": "1" })
      : reply(response, 200, IMAGE, HIT),
  );
  const started = performance.now();
  await new Afterimage({ baseUrl: `${url}/p` }).image(REQUEST);
  assert.ok(performance.now() - started >= 2000 - 20);
  assert.deepEqual(
    asked.map(({ request }) => `${request.method} ${request.url}`),
    ["POST /p/v1/images", `GET /p/v1/images/${IMAGE.key}`, `GET /p/v1/images/${IMAGE.key}`],
  );
});

test("a 404 after a 202 repeats the request once, to learn the reason", async (context) => {
  const pending = { Location: `/v1/images/${IMAGE.key}`, "Retry-After": "0" };
  const { url, asked } = await server(context, ({ request, response }, count) =>
    request.method === "GET"
      ? reply(response, 404, problem("image-not-found", 404))
      : count === 1
        ? reply(response, 202, {}, pending)
        : reply(response, 422, problem("data-rejected", 422)),
  );
  await assert.rejects(new Afterimage({ baseUrl: url }).image(REQUEST), RejectedError);
  assert.equal(asked.length, 3);
});

test("a Location on another host is not sent the key", async (context) => {
  const { url } = await server(context, ({ response }) =>
    reply(response, 202, {}, { Location: "http://other.example/v1/images/x", "Retry-After": "0" }),
  );
  await assert.rejects(new Afterimage({ baseUrl: url, apiKey: "k-1" }).image(REQUEST), /another host/);
});

test("503 is repeated after Retry-After", async (context) => {
  const { url, asked } = await server(context, ({ response }, count) =>
    count === 1
      ? reply(response, 503, problem("provider-throttled", 503), { "Retry-After": "1" })
      : reply(response, 200, IMAGE, HIT),
  );
  const started = performance.now();
  await new Afterimage({ baseUrl: url }).image(REQUEST);
  assert.ok(performance.now() - started >= 1000 - 20);
  assert.equal(asked.length, 2);
});

test("a Retry-After beyond the call's time is not waited for: the problem is thrown at once", async (context) => {
  const { url, asked } = await server(context, ({ response }) =>
    reply(response, 429, problem("quota-exceeded", 429), { "Retry-After": "1800" }),
  );
  const started = performance.now();
  await assert.rejects(new Afterimage({ baseUrl: url }).image(REQUEST), (error: QuotaExceededError) => {
    assert.ok(error instanceof QuotaExceededError);
    assert.equal(error.retryAfter, 1800);
    return true;
  });
  assert.ok(performance.now() - started < 1000);
  assert.equal(asked.length, 1);
});

test("Retry-After may be a date", async (context) => {
  const { url } = await server(context, ({ response }) =>
    reply(response, 503, problem("out-of-credits", 503), { "Retry-After": new Date(Date.now() + 900_000).toUTCString() }),
  );
  await assert.rejects(new Afterimage({ baseUrl: url }).image(REQUEST), (error: ProblemError) => Math.abs(error.retryAfter! - 900) < 3);
});

for (const [status, name] of [
  [502, "not-an-image"],
  [503, "outcome-unknown"],
] as const) {
  test(`${name} is not repeated, which may cost again`, async (context) => {
    const { url, asked } = await server(context, ({ response }) => reply(response, status, problem(name, status), { "Retry-After": "0" }));
    await assert.rejects(new Afterimage({ baseUrl: url }).image(REQUEST), UnavailableError);
    assert.equal(asked.length, 1);
  });
}

for (const [status, name, type] of [
  [400, "invalid-request", InvalidRequestError],
  [401, "unauthenticated", AccessDeniedError],
  [403, "url-refused", AccessDeniedError],
  [404, "not-found", NotFoundError],
  [413, "body-too-large", InvalidRequestError],
  [422, "data-rejected", RejectedError],
] as const) {
  test(`${status} is ${type.name} with what the problem says, and not repeated`, async (context) => {
    const { url, asked } = await server(context, ({ response }) => reply(response, status, problem(name, status, { pointer: "#/data" })));
    await assert.rejects(new Afterimage({ baseUrl: url }).image(REQUEST), (error: ProblemError) => {
      assert.ok(error instanceof type);
      const { problem: short, status: code, title, detail, pointer, requestId } = error;
      assert.deepEqual(
        { short, code, title, detail, pointer, requestId },
        { short: name, code: status, title: "A title", detail: "How to mend it.", pointer: "#/data", requestId: "r-1" },
      );
      assert.equal(error.message, "A title: How to mend it.");
      return true;
    });
    assert.equal(asked.length, 1);
  });
}

test("the last failure is thrown when the repeats are used up, with or without a problem document", async (context) => {
  const { url, asked } = await server(context, ({ response }) => {
    response.writeHead(504, { "Content-Type": "text/html" });
    response.end("<h1>Gateway time-out</h1>");
  });
  await assert.rejects(new Afterimage({ baseUrl: url, retries: 1 }).image(REQUEST), (error: ProblemError) => {
    assert.ok(error instanceof UnavailableError);
    assert.equal(error.problem, "about:blank");
    assert.equal(error.title, "Gateway Timeout");
    return true;
  });
  assert.equal(asked.length, 2);
});

test("a conflict with a DELETE is repeated", async (context) => {
  const { url, asked } = await server(context, ({ response }) => reply(response, 409, problem("deleted-meanwhile", 409)));
  await assert.rejects(new Afterimage({ baseUrl: url, retries: 1 }).image(REQUEST), ConflictError);
  assert.equal(asked.length, 2);
});

test("a broken connection is repeated, and reported when the repeats are used up", async (context) => {
  const { url, asked } = await server(context, ({ request, response }, count) =>
    count < 2 ? request.socket.destroy() : reply(response, 200, IMAGE, HIT),
  );
  await new Afterimage({ baseUrl: url }).image(REQUEST);
  assert.equal(asked.length, 2);
  await assert.rejects(new Afterimage({ baseUrl: "http://127.0.0.1:9", retries: 0 }).image(REQUEST), ConnectionError);
});

test("the caller's signal ends a call that waits for an answer, and one that waits to ask again", async (context) => {
  const { url } = await server(context, ({ body, response }) => {
    if (body.includes("slow")) {
      return; // Never answered.
    }
    reply(response, 202, {}, { Location: "/v1/images/x", "Retry-After": "30" });
  });
  const client = new Afterimage({ baseUrl: url });
  for (const title of ["slow", "pending"]) {
    const controller = new AbortController();
    const reason = new Error("the visitor left");
    setTimeout(() => controller.abort(reason), 100);
    await assert.rejects(client.image({ template: "t", data: { title } }, { signal: controller.signal }), reason);
  }
});

test("a call ends when its time is used up", async (context) => {
  const { url } = await server(context, () => {});
  await assert.rejects(new Afterimage({ baseUrl: url, timeout: 150 }).image(REQUEST), TimeoutError);
});

test("an answer that breaks off is asked for again; where nothing is repeated it is a ConnectionError", async (context) => {
  const { url, asked } = await server(context, ({ response }, count) =>
    count === 2 ? reply(response, 200, IMAGE, HIT) : response.writeHead(200, HIT).write('{"key":', () => response.destroy()),
  );
  assert.equal((await new Afterimage({ baseUrl: url }).image(REQUEST)).key, IMAGE.key);
  assert.equal(asked.length, 2);
  await assert.rejects(new Afterimage({ baseUrl: url, retries: 0 }).image(REQUEST), ConnectionError);
});

test("an answer that is cut short or not the service's is a ConnectionError", async (context) => {
  const { url } = await server(context, ({ response }) => response.writeHead(200, HIT).end("<h1>Sign in"));
  await assert.rejects(new Afterimage({ baseUrl: url, retries: 0 }).image(REQUEST), ConnectionError);
});

test("an answer whose end does not arrive in the call's time is a TimeoutError", async (context) => {
  const { url } = await server(context, ({ response }) => response.writeHead(200, HIT).write('{"key":'));
  await assert.rejects(new Afterimage({ baseUrl: url, timeout: 200 }).image(REQUEST), TimeoutError);
});

test("data that JSON cannot hold is refused before anything is sent", async (context) => {
  const { url, asked } = await server(context, ({ response }) => reply(response, 200, IMAGE, HIT));
  await assert.rejects(new Afterimage({ baseUrl: url }).image({ template: "t", data: { n: Number.NaN } }), TypeError);
  assert.equal(asked.length, 0);
});
