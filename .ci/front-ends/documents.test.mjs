// The links that docs/http-api.md shows how to sign, run as they stand there.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { run } from "./support.mjs";

const root = new URL("../../", import.meta.url);
const { secret, links } = JSON.parse(await readFile(new URL("src/test/resources/dev/afterimage/delivery/links.json", root), "utf8"));
const document = await readFile(new URL("docs/http-api.md", root), "utf8");

const BASE = "https://images.example";
const { template, format, data, link } = links.find((one) => one.case === "unicode in four planes");
const call = [BASE, secret, template, format].map((word) => JSON.stringify(word)).join(", ");

/** For each language: the file, and how it is run. */
const LANGUAGES = {
  js: ["link.mjs", ["node"], (code) => `${code}\nconsole.log(link(${call}, ${data}));\n`],
  python: ["link.py", ["python3"], (code) => `${code}\nprint(link(${call}, ${data}))\n`],
  php: ["link.php", ["php"], (code) => `<?php\n${code}\necho signedLink(${call}, json_decode('${data}', true)), "\\n";\n`],
  java: [
    "Link.java",
    [`${process.env.JAVA_HOME}/bin/java`],
    (code) => `import java.nio.charset.StandardCharsets; import java.security.*; import java.util.Base64; import javax.crypto.*;
      import javax.crypto.spec.*; public class Link { ${code} public static void main(String[] a) throws Exception { System.out.println(
      link(${call.replace(JSON.stringify(secret), `${JSON.stringify(secret)}.getBytes(StandardCharsets.UTF_8)`)}, ${JSON.stringify(data)})); } }`,
  ],
};

for (const [language, [file, command, program]] of Object.entries(LANGUAGES)) {
  test(`the ${language} of docs/http-api.md signs the service's link`, async (context) => {
    const code = document.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``))?.[1];
    const folder = await mkdtemp(join(tmpdir(), "links-"));
    context.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, file), program(code));
    const { stdout } = await run(command[0], [...command.slice(1), join(folder, file)]);
    assert.equal(stdout.trim(), `${BASE}${link}`);
  });
}
