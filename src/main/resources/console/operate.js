import { allowPurchase, receiptsNow, redrive, stats } from './api.js';
import { byId, element, number, plural, said } from './page.js';

const EVERY = 2000;

/** Calls `look` while its panel is open and somebody looks, until it opens again; returns what opens it. */
function whileOpen(panel, look) {
  let timer;
  return async function again() {
    clearTimeout(timer);
    if (byId(panel).hidden) {
      return;
    }
    if (!document.hidden) {
      await look();
    }
    timer = setTimeout(again, EVERY);
  };
}

/** The receipts of calls; one more purchase is allowed by a second click. */
export function receipts() {
  const look = async () => {
    try {
      const found = await receiptsNow();
      byId('receipts-said').textContent = summary(found);
      // While somebody is about to confirm, the list stands still.
      if (!byId('receipts').querySelector('[data-sure]')) {
        byId('receipts').replaceChildren(...found.slice(0, 50).map(row));
      }
    } catch (failure) {
      byId('receipts-said').textContent = said(failure);
    }
  };

  function row(receipt) {
    const item = element('li');
    const when = new Date(receipt.since).toLocaleString([], { dateStyle: 'short', timeStyle: 'medium' });
    const words = element('p', ` ${receipt.template}, ${receipt.provider}, since ${when}, ${plural(receipt.purchases, 'purchase')}`);
    words.prepend(element('strong', receipt.state));
    item.append(words);
    if (receipt.state === 'unknown') {
      item.append(allow(receipt.key));
    }
    const next = element('p', `${receipt.next} `);
    next.className = 'hint';
    next.append(element('code', receipt.key));
    item.append(next);
    return item;
  }

  function allow(key) {
    const button = element('button', 'Allow one more purchase');
    button.type = 'button';
    button.addEventListener('click', async () => {
      if (!button.dataset.sure) {
        button.dataset.sure = 'asked';
        button.textContent = 'It may be billed twice. Allow it';
        return;
      }
      button.disabled = true;
      try {
        await allowPurchase(key);
      } catch (failure) {
        byId('receipts-said').textContent = said(failure);
      }
      delete button.dataset.sure;
      await look();
    });
    return button;
  }

  return whileOpen('receipts-panel', look);
}

function summary(found) {
  const unknown = found.filter(({ state }) => state === 'unknown').length;
  return found.length
    ? `${number(found.length - unknown)} under way, ${number(unknown)} with an unknown end.`
    : 'None: no call is under way, and it is known of each how it ended.';
}

/** How many jobs were given up, and the way back. */
export function deadLetters() {
  const button = byId('redrive');
  const words = byId('dead-letters-said');
  let before = '';

  async function look() {
    try {
      const { deadLetters: count } = await stats();
      button.disabled = !count;
      words.textContent = before + (count ? `${plural(count, 'job')} given up.` : 'None: no job is given up.');
    } catch (failure) {
      words.textContent = said(failure);
    }
  }

  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      before = `${plural(await redrive(), 'job')} back on the queue. `;
    } catch (failure) {
      before = `${said(failure)} `;
    }
    await look();
  });
  return whileOpen('dead-letters-panel', look);
}
