import { cancel, upload, watch } from './api.js';
import { sampleCatalogue } from './examples.js';
import { byId, complain, element, number, plural } from './page.js';

const SAMPLE_ROWS = 40;
const LISTED = 20;

/** Uploads a catalogue, and shows how far it is. */
export function catalogue() {
  const file = byId('csv');
  const template = byId('batch-template');
  const buttons = [byId('upload'), byId('sample')];
  let running;

  byId('batch-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (file.files.length === 0) {
      complain(byId('batch-problem'), 'Choose a CSV file first, or try the sample rows.', file);
      file.focus();
      return;
    }
    send(file.files[0], template.value.trim());
  });
  byId('sample').addEventListener('click', () => send(sampleCatalogue(SAMPLE_ROWS), 'product-card'));
  byId('cancel').addEventListener('click', () => cancel(running));

  async function send(csv, name) {
    complain(byId('batch-problem'), null, file);
    busy(true);
    try {
      const batch = await upload(csv, name);
      running = batch.id;
      byId('cancel').hidden = false;
      byId('batch').hidden = false;
      byId('batch-tally').textContent = '';
      watch(batch.id, show, () => {
        busy(false);
        complain(byId('batch-problem'), 'The connection was lost; the batch goes on.');
      });
    } catch (problem) {
      busy(false);
      complain(byId('batch-problem'), problem.message);
    }
  }

  function busy(is) {
    buttons.forEach((button) => { button.disabled = is; });
    byId('cancel').hidden = true;
  }

  function show(batch) {
    const ended = batch.done + batch.failed;
    bar(batch, ended);
    const left = batch.etaSeconds ? `, about ${plural(batch.etaSeconds, 'second')} left` : '';
    byId('batch-count').textContent = `${number(ended)} of ${plural(batch.total, 'row')}${left}`;
    byId('failures').replaceChildren(...batch.failures.slice(0, LISTED)
      .map((failure) => element('li', `Line ${number(failure.line)}: ${failure.reason}`)));
    if (batch.finishedAt) {
      busy(false);
      const word = batch.state === 'finished' ? 'Finished' : 'Cancelled';
      byId('batch-tally').textContent = `${word}: ${number(batch.generated)} made, ${plural(batch.hits, 'hit')}, `
        + `${number(batch.failed)} failed.`;
    }
  }

  function bar(batch, ended) {
    const place = byId('bar');
    place.setAttribute('aria-valuemax', batch.total);
    place.setAttribute('aria-valuenow', ended);
    const shares = [batch.hits, batch.generated, batch.failed];
    [...place.children].forEach((part, i) => {
      part.style.width = `${(100 * shares[i]) / Math.max(1, batch.total)}%`;
    });
  }
}
