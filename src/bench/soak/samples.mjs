// What was seen of the processes now and then.

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

function byProcess(samples) {
  const lives = {};
  for (const sample of samples) (lives[`${sample.port} (pid ${sample.pid})`] ??= []).push(sample);
  return lives;
}

/**
 * For each process that was seen often enough: MiB resident, and MiB of heap after a collection, in the first third of its life
 * and in the last.
 */
export function lives(samples) {
  return Object.entries(byProcess(samples)).filter(([, life]) => life.length >= 6).map(([name, life]) => {
    const third = Math.floor(life.length / 3);
    const thirds = (field) => [life.slice(0, third), life.slice(-third)].map((part) => median(part.map((one) => one[field])) / 1024);
    return { name, samples: life.length, resident: thirds('rss'), heap: thirds('heap') };
  });
}

const grew = ([first, last], share, slack) => last > first * (1 + share) + slack;

/** Slack, in MiB, for what is loaded and compiled late. */
export const isFlat = ({ resident, heap }) => !grew(resident, 0.1, 24) && !grew(heap, 0.1, 8);
