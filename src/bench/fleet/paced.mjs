// An open loop: asks at its pace, however long the answers take.
export const pause = (millis) => new Promise((over) => setTimeout(over, millis));

/** Calls `question(number)` so many times a second, evenly spaced; resolves to what they resolve to. */
export async function paced(rate, seconds, question) {
  const start = performance.now();
  const answers = [];
  for (let number = 0; number < rate * seconds; ) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - start) / 1000) * rate) + 1);
    for (; number < due; number++) answers.push(question(number));
    await pause(2);
  }
  return Promise.all(answers);
}
