// What must hold after a soak, whatever was done to the fleet. Each law has what broke it; nothing when it holds.

const EXPECTED = new Set([200, 202, 204, 302, 404, 502, 503, 'broken', 'refused']);
/** A request ends within 25 s. */
const LONGEST = 27_000;

export function laws({ answers, calls, jobs, extras, lives, long }) {
  const laws = {
    'every batch ended, and its rows add up': jobs.filter((job) => job.op === 'batch' && job.fate === 'lost'),
    'every accepted image is there or a dead letter': jobs.filter((job) => job.op === 'image' && job.fate === 'lost'),
    'every extra bill has a reason': extras.filter(({ why }) => !why),
    'the provider answered no 429 of its own': calls.filter(({ how }) => how === 'too many'),
    'nobody saw an internal error, or a status that is not in the README': answers.filter((one) => !EXPECTED.has(one.status)),
    'nobody waited past the deadline': answers.filter(({ millis }) => millis > LONGEST),
    'no key has two images': twoImages(answers),
  };
  return long ? { ...laws, 'memory is flat': lives.filter(({ flat }) => !flat) } : laws;
}

function twoImages(answers) {
  const imageOf = new Map();
  return answers.filter(({ op, key, image }) => {
    if (op !== 'image' || !key) return false;
    if (!imageOf.has(key)) imageOf.set(key, image);
    return imageOf.get(key) !== image;
  });
}
