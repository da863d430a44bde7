// Prints what a soak showed as Markdown, and fails when a law is broken.
//
//   node report.mjs directory      with answers, calls, faults, jobs and samples .ndjson in it
import { extraBills } from './bills.mjs';
import { laws } from './laws.mjs';
import { isFlat, lives } from './samples.mjs';
import { records } from './records.mjs';

const [directory] = process.argv.slice(2);
const [answers, calls, faults, jobs, samples] = ['answers', 'calls', 'faults', 'jobs', 'samples']
  .map((name) => records(`${directory}/${name}.ndjson`));
const start = Math.min(...answers.map(({ at }) => at));
const seconds = (Math.max(...answers.map(({ at }) => at)) - start) / 1000;
const { images, extras } = extraBills(calls, answers, faults);
const processes = lives(samples).map((life) => ({ ...life, flat: isFlat(life) }));

const count = (list, of) => {
  const counts = {};
  for (const one of list) counts[of(one)] = (counts[of(one)] ?? 0) + 1;
  return counts;
};
const words = (counts) => Object.entries(counts).map(([what, times]) => `${times} ${what}`).join(', ') || '–';
const table = (head, rows) => {
  console.log(`\n| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
};
const p99 = (list) => {
  const millis = list.map((one) => one.millis).sort((a, b) => a - b);
  return millis.length ? `${millis[Math.min(millis.length - 1, Math.floor(0.99 * millis.length))]} ms` : '–';
};
const isHit = ({ detail }) => detail?.startsWith('afterimage; hit');
const how = ({ status, detail }) => (status >= 400 && detail ? `${status} ${detail}` : status);

console.log(`${Math.round(seconds)} s, ${answers.length} requests, ${calls.length} calls to the provider.`);

table(['asked', 'answered'], Object.entries(
  answers.reduce((ops, one) => ({ ...ops, [one.op]: null }), {})).map(([op]) => [op, words(count(answers.filter((one) => one.op === op), how))]));

const within = (begin, end) => answers.filter(({ at }) => at >= begin && at < end);
const spans = faults.map((fault, index) => ({ ...fault, next: faults[index + 1]?.begin ?? Infinity }));
const quiet = answers.filter(({ at }) => !faults.some(({ begin, end }) => at >= begin && at < end));
const row = (name, when, lasted, those, recovered, bills) =>
  [name, when, lasted, words(count(those, how)), p99(those.filter(isHit)), p99(those), recovered, bills];
table(['fault', 'at', 'lasted', 'clients saw', 'p99 of hits', 'p99', 'last failure after its end', 'extra bills'], [
  row('none', '', '', quiet, '', words(count(extras.filter(({ fault }) => !fault), ({ why }) => why ?? 'unexplained'))),
  ...spans.map(({ name, begin, end, next }) => {
    const failed = within(end, next).filter(({ status }) => status >= 500 || status === 'broken' || status === 'refused');
    const recovered = failed.length ? `${((failed.at(-1).at - end) / 1000).toFixed(1)} s` : '–';
    const bills = extras.filter(({ fault }) => fault === name);
    return row(name, `${Math.round((begin - start) / 1000)} s`, `${Math.round((end - begin) / 1000)} s`, within(begin, end), recovered, bills.length);
  }),
]);

const billed = calls.filter(({ bills }) => bills).length;
console.log(`\nBilled ${billed} = ${images} images + ${extras.length} extra: ${words(count(extras, ({ why }) => why ?? 'unexplained'))}.`);
console.log(`\nCalls by how they ended: ${words(count(calls, (call) => call.how))}.`);
console.log(`\nJobs by their fate: ${words(count(jobs, ({ op, fate }) => `${op} ${fate}`))}. Dead letters: ${
  words(count(jobs.filter(({ fate }) => fate === 'dead letter'), ({ why }) => why))}.`);

const fromTo = (figures) => figures.map((mebibytes) => Math.round(mebibytes)).join(' → ');
table(['process', 'samples', 'resident MiB', 'heap MiB after a collection'],
  processes.map(({ name, samples: number, resident, heap }) => [name, number, fromTo(resident), fromTo(heap)]));

const held = Object.entries(laws({ answers, calls, jobs, extras, lives: processes, long: seconds > 600 }));
table(['law', 'holds'], held.map(([law, breaks]) => [law, breaks.length ? `**no**: ${breaks.length}` : 'yes']));
const broken = held.filter(([, breaks]) => breaks.length);
for (const [law, breaks] of broken) {
  console.error(`\nBroken: ${law}`);
  for (const one of breaks.slice(0, 20)) console.error(`  ${JSON.stringify({ ...one, second: (one.at - start) / 1000 })}`);
}
process.exit(broken.length ? 1 : 0);
