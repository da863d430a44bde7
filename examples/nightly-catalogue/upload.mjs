// Uploads a catalogue, and follows it to its end: node upload.mjs products.csv product-card
import { readFile } from "node:fs/promises";
import { Afterimage } from "afterimage-client";

const [file, template] = process.argv.slice(2);
const afterimage = new Afterimage({
  baseUrl: process.env.AFTERIMAGE_URL ?? "http://localhost:8080",
  apiKey: process.env.AFTERIMAGE_API_KEY,
});

// A run that is repeated on the same day, after a crash or by mistake, is the same batch.
const idempotencyKey = `${file} ${new Date().toISOString().slice(0, 10)}`;
const batch = await afterimage.batch({ csv: await readFile(file, "utf8") }, { template, idempotencyKey });

let last;
for await (last of batch) {
  console.log(`${last.done + last.failed} of ${last.total}`);
}
for (const { line, reason } of last.failures) {
  console.error(`Line ${line}: ${reason}`);
}
console.log(`${last.generated} made, ${last.hits} were there, ${last.failed} failed`);
process.exitCode = last.failed > 0 ? 1 : 0;
