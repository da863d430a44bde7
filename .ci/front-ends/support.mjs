import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

/** The service that .ci/front-ends.sh started, and what it signs links with. */
export const SERVICE = process.env.AFTERIMAGE_URL;
export const SECRET = process.env.AFTERIMAGE_LINK_SECRET;

export const run = promisify(execFile);

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });

/** A browser until the test has ended. */
export async function browser(context) {
  const started = await launch();
  context.after(() => started.close());
  return started;
}

/** A page of HTML at an origin of its own. */
export async function site(context, html) {
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html; charset=utf-8").end(html));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/** What curl got: its status, and its headers with lower-case names. */
export async function curl(...options) {
  const { stdout } = await run("curl", ["--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{http_code} %{header_json}", ...options]);
  const at = stdout.indexOf(" ");
  const headers = JSON.parse(stdout.slice(at));
  return { status: Number(stdout.slice(0, at)), header: (name) => headers[name]?.[0] };
}

export const unheard = () => `Test ${randomUUID()}`;

/** Waits until the condition holds; false after a minute. */
export async function eventually(condition) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (await condition()) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
