// Bills against images by cause, from what the provider saw and what the faults were. Fails when an image was billed twice, one
// call was too many, or an accepted image is missing whose job did end.
//
//   node job-report.mjs directory-with-ndjson
import { records } from './records.mjs';

const of = (name) => records(`${process.argv[2]}/${name}.ndjson`);
const [bills, faults, images] = ['bills', 'faults', 'images'].map(of);
const [stats] = of('stats');

const cause = (at) => faults.findLast(({ begin, end }) => at >= begin - 6_000 && at <= end)?.name ?? 'none';
const rows = new Map();
const seen = new Map();
for (const bill of bills) {
  const row = rows.get(cause(bill.at)) ?? { bills: 0, extra: 0 };
  row.bills++;
  rows.set(cause(bill.at), row);
  const before = seen.get(bill.prompt);
  if (before) {
    row.extra++;
    console.log(`EXTRA ${bill.prompt}: ${new Date(before.at).toISOString()} (${cause(before.at)}) and ${new Date(bill.at).toISOString()} (${cause(bill.at)})`);
  }
  seen.set(bill.prompt, bill);
}
const never = new Set(bills.filter((bill) => bill.never).map(({ prompt }) => prompt));
const lost = images.filter(({ prompt, there }) => !there && !never.has(prompt));

console.log('| jobs that began shortly before or during | bills | extra bills |\n| --- | --- | --- |');
for (const [name, { bills: count, extra }] of rows) console.log(`| ${name} | ${count} | ${extra} |`);
console.log(`| **all** | ${bills.length} | ${bills.length - seen.size} |`);
console.log(`${seen.size} images, ${never.size} whose job never ends, ${stats.throttled} × 429, at most ${stats.mostAtOnce} at once, ${stats.polls} polls; ` +
  `${images.length} accepted, ${lost.length} of them missing: ${lost.map(({ prompt }) => prompt).join(', ')}`);
process.exit(bills.length > seen.size || stats.throttled > 0 || lost.length > 0 ? 1 : 0);
