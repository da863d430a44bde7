import { ask, requestBody } from './api.js';
import { byId, chance, element, millis, number, plural } from './page.js';

const CROWD = 100;

/** A hundred equal requests for an image that nobody has asked for before. */
export function stampede() {
  const crowd = byId('crowd');
  const button = byId('stampede');
  crowd.append(...Array.from({ length: CROWD }, () => element('i', '', { outcome: 'idle' })));

  button.addEventListener('click', async () => {
    button.disabled = true;
    byId('tally').textContent = 'A hundred ask …';
    const title = `Stampede ${chance()}${chance()}`;
    const body = requestBody('social-card', 'png', JSON.stringify({ title, subtitle: 'A hundred asked, one paid', tag: 'stampede' }));
    const started = performance.now();
    const outcomes = await Promise.all([...crowd.children].map((person) => one(person, body)));
    byId('tally').replaceChildren(...sentence(outcomes, performance.now() - started));
    button.disabled = false;
    button.focus({ preventScroll: true });
  });
}

async function one(person, body) {
  person.dataset.outcome = 'idle';
  const outcome = await ask(body).then((answer) => answer.outcome, () => 'failed');
  person.dataset.outcome = outcome;
  return outcome;
}

/** What really happened, as the answers' Cache-Status headers tell it. */
function sentence(outcomes, took) {
  const count = (wanted) => outcomes.filter((outcome) => outcome === wanted).length;
  const parts = [
    `${number(count('collapsed'))} collapsed`,
    plural(count('hit') + count('stale'), 'hit'),
    ...['pending', 'failed'].filter(count).map((word) => `${number(count(word))} ${word}`),
  ];
  return [
    element('strong', plural(count('stored'), 'bill')),
    document.createTextNode(`, ${parts.join(', ')}. All answered in ${millis(took)}.`),
  ];
}
