// The 1,000 images that a measurement asks for, as requests.
const headers = { 'content-type': 'application/json' };

export const requests = Array.from({ length: 1000 }, (_, number) => ({
  method: 'POST',
  headers,
  body: JSON.stringify({ template: 'card', data: { title: `Title ${number}`, author: { name: 'Ada', id: number } } }),
}));

/** Has each of them made once, so that from then on all are hits. */
export async function make(url) {
  for (const request of requests) {
    const answer = await fetch(url, request);
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    await answer.text();
  }
}
