/** The service as this page calls it: always relative, so that it works behind a path of a proxy, too. */

const IMAGES = 'v1/images';

/**
 * The word for how an answer came to be, read from its status and its Cache-Status header (RFC 9211).
 */
export function outcomeOf(answer) {
  if (answer.status === 202) {
    return 'pending';
  }
  if (!answer.ok) {
    return 'failed';
  }
  const status = answer.headers.get('Cache-Status') ?? '';
  if (/;\s*hit\b/.test(status)) {
    return /;\s*ttl=-/.test(status) ? 'stale' : 'hit';
  }
  return /;\s*collapsed\b/.test(status) ? 'collapsed' : 'stored';
}

const BEFORE_DATA = '{"data":';

/**
 * The body of a request. The data stays as it was typed: the service judges it, not this page's JSON parser. It stands first,
 * so that the service counts its lines as its author does.
 */
export function requestBody(template, format, data) {
  return `${BEFORE_DATA}${data}\n,"template":${JSON.stringify(template)},"format":${JSON.stringify(format)}}`;
}

/** A problem's detail, with a place in the body's first line turned into the place in the data's. */
export const placedInData = (detail) => detail.replace(/line 1, column (\d+)/,
  (_, column) => `line 1, column ${Math.max(1, column - BEFORE_DATA.length)}`);

/** Asks for an image: how it ended, how long it took in milliseconds, and what came. */
export async function ask(body) {
  const started = performance.now();
  const answer = await fetch(IMAGES, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  return read(answer, started);
}

/** Looks for an image that is on its way. */
export async function look(key) {
  const started = performance.now();
  return read(await fetch(`${IMAGES}/${key}`), started);
}

async function read(answer, started) {
  const content = await answer.json();
  return {
    outcome: outcomeOf(answer),
    took: performance.now() - started,
    content,
    retryAfter: Number(answer.headers.get('Retry-After')) || 1,
  };
}

/** The answer to a call, or an error with the problem's words. */
async function call(path, init) {
  const answer = await fetch(path, init);
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail ?? `The service answered with status ${answer.status}.`);
  }
  return answer;
}

const json = async (path, init) => (await call(path, init)).json();

export const stats = () => json('v1/stats');

/** A signed request link; the data stays as it was typed, as for an image. */
export async function makeLink(template, data, expires) {
  const body = `${BEFORE_DATA}${data}\n,"template":${JSON.stringify(template)},"expires":${JSON.stringify(expires)}}`;
  const { url } = await json('v1/links', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
    .catch((failure) => { throw failure instanceof TypeError ? failure : new Error(placedInData(failure.message)); });
  return url;
}

const batches = (query) => `v1/batches${query.size ? `?${query}` : ''}`;

const sendCsv = (query, csv) => json(batches(query), { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: csv });

const templateOf = (template) => new URLSearchParams(template ? { template } : {});

/** What a catalogue would come to; nothing is bought. */
export function estimate(csv, template) {
  const query = templateOf(template);
  query.set('dry-run', 'true');
  return sendCsv(query, csv);
}

/** Sends a catalogue; the batch's id and total. */
export const upload = (csv, template) => sendCsv(templateOf(template), csv);

/** The images of a batch's rows that have ended. */
export async function imagesOf(id, limit) {
  const lines = await (await call(`v1/batches/${id}/images?limit=${limit}`)).text();
  return lines.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** The same as a CSV file. */
export const listOf = async (id) => (await call(`v1/batches/${id}/images`, { headers: { Accept: 'text/csv' } })).blob();

export const receiptsNow = async () => (await json('v1/receipts')).receipts;

export const allowPurchase = (key) => call(`v1/receipts/${key}`, { method: 'DELETE' });

export const redrive = async () => (await json('v1/dead-letters/redrive', { method: 'POST' })).redriven;

/** Watches a batch until it ends. `tell` gets each state, `lost` is called when nothing is heard any more. */
export function watch(id, tell, lost) {
  const events = new EventSource(`v1/batches/${id}/events`);
  events.addEventListener('message', (event) => {
    const batch = JSON.parse(event.data);
    if (batch.state === 'finished' || batch.state === 'cancelled') {
      events.close();
    }
    tell(batch);
  });
  events.addEventListener('error', () => {
    if (events.readyState === EventSource.CLOSED) {
      lost();
    }
  });
}

export const cancel = (id) => fetch(`v1/batches/${id}`, { method: 'DELETE' });
