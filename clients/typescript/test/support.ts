import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** The running service that these tests ask; .ci/front-ends.sh starts one. */
export const SERVICE = process.env.AFTERIMAGE_URL ?? "http://localhost:8080";

export interface Exchange {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
}

/** A server that answers as the test says: its address, and what it was asked. */
export async function server(context: TestContext, answer: (exchange: Exchange, count: number) => void) {
  const asked: Exchange[] = [];
  const listening = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) {
      body += part;
    }
    const exchange = { request, body, response };
    asked.push(exchange);
    answer(exchange, asked.length);
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, asked };
}

export function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers });
  response.end(JSON.stringify(body));
}

export const problem = (name: string, status: number, more: object = {}) => ({
  type: `https://afterimage.dev/problems/${name}`,
  title: "A title",
  status,
  detail: "How to mend it.",
  requestId: "r-1",
  ...more,
});

export const IMAGE = {
  key: "9c1d".padEnd(64, "0"),
  url: "https://cdn.example/images/9c1d",
  urlExpiresAt: "2026-11-24T07:00:00Z",
  contentType: "image/png",
  bytes: 10,
  createdAt: "2026-11-24T05:58:12.345Z",
  freshUntil: "2026-11-25T05:58:12.345Z",
};

export const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** Data that nobody has asked for. */
export const unheard = () => ({ title: `Test ${crypto.randomUUID()}` });
