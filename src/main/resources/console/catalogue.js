import { cancel, estimate, imagesOf, listOf, upload, watch } from './api.js';
import { sampleCatalogue } from './examples.js';
import { byId, complain, element, millis, number, plural, said } from './page.js';

const SAMPLE_ROWS = 40;
const LISTED = 20;
const THUMBNAILS = 24;

/** Says what a catalogue would cost, then has it made, shows how far it is and what came of it. */
export function catalogue() {
  const file = byId('csv');
  const template = byId('batch-template');
  const buttons = ['check', 'sample', 'upload'].map(byId);
  let checked;
  let running;

  byId('batch-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (file.files.length === 0) {
      complain(byId('batch-problem'), 'Choose a CSV file first, or try the sample rows.', file);
      file.focus();
      return;
    }
    check(file.files[0], template.value.trim());
  });
  byId('sample').addEventListener('click', () => check(sampleCatalogue(SAMPLE_ROWS), 'product-card'));
  byId('upload').addEventListener('click', send);
  byId('discard').addEventListener('click', () => {
    byId('estimate').hidden = true;
    byId('check').focus();
  });
  byId('cancel').addEventListener('click', () => cancel(running));
  byId('download').addEventListener('click', () => attempt(async () => save(await listOf(running), `${running}.csv`)));
  // Another file or template is another catalogue.
  byId('batch-form').addEventListener('input', () => { byId('estimate').hidden = true; });

  function check(csv, name) {
    byId('batch').hidden = true;
    byId('estimate').hidden = true;
    return attempt(async () => {
      tell(await estimate(csv, name));
      checked = { csv, name };
      byId('estimate').hidden = false;
    });
  }

  function send() {
    byId('estimate').hidden = true;
    return attempt(async () => {
      running = (await upload(checked.csv, checked.name)).id;
      byId('cancel').hidden = false;
      byId('download').hidden = true;
      byId('batch').hidden = false;
      byId('batch-tally').textContent = '';
      byId('thumbnails').replaceChildren();
      watch(running, show, () => {
        busy(false);
        complain(byId('batch-problem'), 'The connection was lost; the batch goes on.');
      });
    }, true);
  }

  /** The buttons wait for the action; for one that goes on, until something else frees them. */
  async function attempt(action, goesOn = false) {
    complain(byId('batch-problem'), null, file);
    busy(true);
    try {
      await action();
      if (!goesOn) {
        busy(false);
      }
    } catch (failure) {
      busy(false);
      complain(byId('batch-problem'), said(failure));
    }
  }

  function busy(is) {
    buttons.forEach((button) => { button.disabled = is; });
    byId('cancel').hidden = true;
  }

  function tell(found) {
    const words = {
      missing: number(found.missing),
      rows: `of ${plural(found.rows, 'row')}`,
      cost: found.price ? `${found.price.amount} ${found.price.currency}` : number(found.cost),
      left: left(found),
      fresh: number(found.fresh),
      duplicates: plural(found.duplicates, 'duplicate'),
      duration: found.duration < 60 ? millis(1000 * found.duration) : `${Math.round(found.duration / 60)} min`,
    };
    Object.entries(words).forEach(([name, text]) => { document.querySelector(`[data-estimate="${name}"]`).textContent = text; });
    byId('bad-rows').replaceChildren(...listed(found.bad));
    byId('upload').textContent = found.missing ? `Make ${plural(found.missing, 'image')}` : 'Run it; it costs nothing';
    document.querySelector('[data-estimate="cost"]').parentElement
      .classList.toggle('alarming', found.creditsLeft !== null && found.cost > found.creditsLeft);
  }

  function left(found) {
    const unit = found.price ? plural(found.cost, 'credit') : found.cost === 1 ? 'credit' : 'credits';
    return found.creditsLeft === null ? unit : `${unit}; ${number(found.creditsLeft)} left`;
  }

  function show(batch) {
    const ended = batch.done + batch.failed;
    bar(batch, ended);
    const left = batch.etaSeconds ? `, about ${plural(batch.etaSeconds, 'second')} left` : '';
    byId('batch-count').textContent = `${number(ended)} of ${plural(batch.total, 'row')}${left}`;
    byId('failures').replaceChildren(...listed(batch.failures));
    if (batch.finishedAt) {
      busy(false);
      const word = batch.state === 'finished' ? 'Finished' : 'Cancelled';
      byId('batch-tally').textContent = `${word}: ${number(batch.generated)} made, ${plural(batch.hits, 'hit')}, `
        + `${number(batch.failed)} failed.`;
      byId('download').hidden = false;
      attempt(thumbnails);
    }
  }

  async function thumbnails() {
    const images = (await imagesOf(running, 2 * THUMBNAILS)).filter(({ url }) => url).slice(0, THUMBNAILS);
    byId('thumbnails').replaceChildren(...images.map(({ line, url }) => {
      const image = Object.assign(element('img'), { src: url, alt: `The image of line ${line}`, loading: 'lazy' });
      const link = Object.assign(element('a'), { href: url, target: '_blank', rel: 'noopener' });
      link.append(image);
      const item = element('li');
      item.append(link);
      return item;
    }));
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

const listed = (rows) => [
  ...rows.slice(0, LISTED).map(({ line, reason }) => element('li', `Line ${number(line)}: ${reason}`)),
  ...(rows.length > LISTED ? [element('li', `… and ${number(rows.length - LISTED)} more.`)] : []),
];

/** Has the browser keep it as a file. */
function save(content, name) {
  const url = URL.createObjectURL(content);
  Object.assign(element('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
