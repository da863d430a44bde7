import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

/** The service that .ci/front-ends.sh started, and what it signs links with. */
export const SERVICE = process.env.AFTERIMAGE_URL;
export const SECRET = process.env.AFTERIMAGE_LINK_SECRET;

/** The repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

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

export async function freePort() {
  const server = createSocket();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a program until the test has ended. */
export function start(context, command, options) {
  const [program, ...words] = command;
  const child = spawn(program, words, { stdio: ["ignore", "inherit", "inherit"], detached: true, ...options });
  context.after(
    () =>
      new Promise((resolve) => {
        child.once("exit", resolve);
        process.kill(-child.pid);
      }),
  );
}

/** Another service, of these settings, until the test has ended: its address. */
export async function startService(context, settings) {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "service-"));
  const env = { QUARKUS_HTTP_HOST: "localhost", QUARKUS_HTTP_PORT: String(port), AFTERIMAGE_DIRECTORY: directory, ...settings };
  start(context, [`${process.env.JAVA_HOME}/bin/java`, "-jar", `${process.env.AFTERIMAGE_APP}/quarkus-run.jar`], { cwd: ROOT, env });
  context.after(() => rm(directory, { recursive: true }));
  return `http://localhost:${port}`;
}

/** The service's numbers; undefined while it does not answer. */
export const stats = (service) => fetch(`${service}/v1/stats`).then((answer) => answer.json(), () => undefined);
