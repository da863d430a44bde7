// Every example of examples/, run as its README says, against the service.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Afterimage } from "../../clients/typescript/dist/index.js";
import { browser, curl, eventually, run, SECRET, SERVICE, site } from "./support.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const folder = (name) => join(ROOT, "examples", name);

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a program until the test has ended. */
function start(context, command, options) {
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
async function startService(context, settings) {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "service-"));
  const env = { QUARKUS_HTTP_HOST: "localhost", QUARKUS_HTTP_PORT: String(port), AFTERIMAGE_DIRECTORY: directory, ...settings };
  start(context, [`${process.env.JAVA_HOME}/bin/java`, "-jar", `${process.env.AFTERIMAGE_APP}/quarkus-run.jar`], { cwd: ROOT, env });
  context.after(() => rm(directory, { recursive: true }));
  return `http://localhost:${port}`;
}

/** The service's numbers; undefined while it does not answer. */
const stats = (service) => fetch(`${service}/v1/stats`).then((answer) => answer.json(), () => undefined);

const content = (page, property) => page.getAttribute(`meta[property="${property}"], meta[name="${property}"]`, "content");

describe("examples", { concurrency: true }, () => {
  test("nextjs: a crawler and a browser find the card of a post", async (context) => {
    const cwd = folder("nextjs");
    const port = await freePort();
    const site = `http://localhost:${port}`;
    const env = { ...process.env, NEXT_PUBLIC_AFTERIMAGE_URL: SERVICE, AFTERIMAGE_LINK_SECRET: SECRET, NEXT_TELEMETRY_DISABLED: "1" };
    await run("npm", ["ci"], { cwd, env });
    await run("npm", ["run", "build"], { cwd, env });
    start(context, ["npm", "start", "--", "--port", String(port)], { cwd, env });
    assert.ok(await eventually(() => fetch(site).then(({ ok }) => ok, () => false)));

    const page = await (await browser(context)).newPage();
    await page.goto(`${site}/posts/zoe`, { waitUntil: "networkidle" });
    const link = await content(page, "og:image");
    assert.equal(await content(page, "twitter:image"), link);
    const crawler = ["--user-agent", "Twitterbot/1.0", "--location"];
    const image = await curl(...crawler, link);
    assert.deepEqual([image.status, image.header("content-type")], [200, "image/png"]);
    assert.deepEqual(
      await page.evaluate(() => [...document.images].map(({ currentSrc, naturalWidth }) => [currentSrc, naturalWidth])),
      [[link, 1200]],
    );
    const short = await curl(`${site}/posts/zoe/og`);
    assert.deepEqual([short.status, short.header("location")], [302, link]);
    assert.equal((await curl(`${site}/posts/unheard-of/og`)).status, 404);
  });

  test("html: every image of the page, and its og:image, is drawn", async (context) => {
    const file = await readFile(new URL("../../examples/html/index.html", import.meta.url), "utf8");
    const page = await (await browser(context)).newPage();
    await page.goto(await site(context, file.replaceAll("http://localhost:8080", SERVICE)));
    const sizes = () =>
      page.evaluate(() =>
        [...document.images].map((image) => {
          image.scrollIntoView();
          return [image.naturalWidth, image.naturalHeight, image.getAttribute("width"), image.getAttribute("height")].map(Number);
        }),
      );
    const asWritten = ([width, height, ...written]) => width === written[0] && height === written[1];
    assert.ok(await eventually(async () => (await sizes()).every(asWritten)), `${await sizes()}`);
    assert.equal((await sizes()).length, 3);
    assert.equal((await curl("--location", await content(page, "og:image"))).header("content-type"), "image/png");
  });

  test("nightly-catalogue: an upload tells its progress, and repeated on the same day is the same batch", async () => {
    const cwd = folder("nightly-catalogue");
    await run("npm", ["ci"], { cwd });
    const upload = () => run("node", ["upload.mjs", "products.csv", "product-card"], { cwd });
    const { stdout } = await upload();
    assert.match(stdout, /8 of 8\n\d made, \d were there, 0 failed\n$/);
    assert.equal((await upload()).stdout, stdout.split("\n").slice(-3).join("\n"));
  });

  test("nightly-catalogue: the service plans it by itself, and the next plan makes nothing", async (context) => {
    const directory = await mkdtemp(join(tmpdir(), "nightly-"));
    const properties = await readFile(join(ROOT, "examples/nightly-catalogue/application.properties"), "utf8");
    const often = join(directory, "often.properties");
    await writeFile(often, properties.replace(/(schedule=).*/, "$10/5 * * * * ?"));
    context.after(() => rm(directory, { recursive: true }));
    const service = await startService(context, { QUARKUS_CONFIG_LOCATIONS: often });
    assert.ok(await eventually(async () => (await stats(service))?.providerCalls === 8), JSON.stringify(await stats(service)));

    const image = await new Afterimage({ baseUrl: service }).image({
      template: "product-card",
      data: { name: "Wool blanket", description: "Undyed, from one flock", price: "€ 120", badge: "" },
    });
    assert.equal(image.outcome, "hit");
    const metrics = async () => (await fetch(`${service}/q/metrics`)).text();
    const planned = async () => Number(/^afterimage_catalogue_plan_time_seconds_count\S* (\S+)$/m.exec(await metrics())?.[1] ?? 0);
    const before = await planned();
    assert.ok(await eventually(async () => (await planned()) > before), "a second plan");
    assert.equal((await stats(service)).providerCalls, 8);
  });

  test("openai: both clients get the same image, which takes 40 s and is billed once", async (context) => {
    const cwd = folder("openai");
    const venv = await mkdtemp(join(tmpdir(), "openai-"));
    context.after(() => rm(venv, { recursive: true }));
    await run("npm", ["ci"], { cwd });
    await run("python3", ["-m", "venv", venv]);
    await run(join(venv, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"], { cwd });

    const service = await startService(context, { AFTERIMAGE_DEMO_LATENCY: "40s" });
    assert.ok(await eventually(() => stats(service)));
    const env = { ...process.env, AFTERIMAGE_URL: service };
    const outputs = await Promise.all([
      run("node", ["generate.mjs"], { cwd, env }),
      run(join(venv, "bin/python"), ["generate.py"], { cwd, env }),
    ]);
    const [url, other] = outputs.map(({ stdout }) => stdout.trim());
    assert.equal(url, other);
    assert.equal((await curl(url)).header("content-type"), "image/png");
    const { providerCalls, requests } = await stats(service);
    assert.deepEqual([providerCalls, requests.pending > 0], [1, true]);
  });
});
