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
    retryAfter: Number(answer.headers.get('Retry-After') ?? 1),
  };
}

export async function stats() {
  const answer = await fetch('v1/stats');
  if (!answer.ok) {
    throw new Error(`The numbers cannot be had: ${answer.status}`);
  }
  return answer.json();
}

/** Sends a catalogue; the batch's id and total, or an error with the problem's words. */
export async function upload(csv, template) {
  const query = template ? `?template=${encodeURIComponent(template)}` : '';
  const answer = await fetch(`v1/batches${query}`, { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: csv });
  const content = await answer.json();
  if (!answer.ok) {
    throw new Error(content.detail);
  }
  return content;
}

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
