// Every example of examples/, run as its README says, against the service.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Afterimage } from "../../clients/typescript/dist/index.js";
import { browser, curl, eventually, run, SECRET, SERVICE, site } from "./support.mjs";

const folder = (name) => fileURLToPath(new URL(`../../examples/${name}/`, import.meta.url));

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
  context.after(() => process.kill(-child.pid));
}

const content = (page, property) => page.getAttribute(`meta[property="${property}"], meta[name="${property}"]`, "content");

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
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const directory = await mkdtemp(join(tmpdir(), "nightly-"));
  const port = await freePort();
  const service = `http://localhost:${port}`;
  const properties = await readFile(join(root, "examples/nightly-catalogue/application.properties"), "utf8");
  const often = join(directory, "often.properties");
  await writeFile(often, properties.replace(/(schedule=).*/, "$10/5 * * * * ?"));
  const env = { QUARKUS_HTTP_PORT: String(port), QUARKUS_CONFIG_LOCATIONS: often, AFTERIMAGE_DIRECTORY: directory };
  start(context, [`${process.env.JAVA_HOME}/bin/java`, "-jar", `${process.env.AFTERIMAGE_APP}/quarkus-run.jar`], { cwd: root, env });
  context.after(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const stats = () => fetch(`${service}/v1/stats`).then((answer) => answer.json(), () => undefined);
  assert.ok(await eventually(async () => (await stats())?.providerCalls === 8), JSON.stringify(await stats()));

  const image = await new Afterimage({ baseUrl: service }).image({
    template: "product-card",
    data: { name: "Wool blanket", description: "Undyed, from one flock", price: "€ 120", badge: "" },
  });
  assert.equal(image.outcome, "hit");
  const metrics = async () => (await fetch(`${service}/q/metrics`)).text();
  const planned = async () => Number(/^afterimage_catalogue_plan_time_seconds_count\S* (\S+)$/m.exec(await metrics())?.[1] ?? 0);
  const before = await planned();
  assert.ok(await eventually(async () => (await planned()) > before), "a second plan");
  assert.equal((await stats()).providerCalls, 8);
});
