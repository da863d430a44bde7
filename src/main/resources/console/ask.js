import { ask, look, placedInData, requestBody } from './api.js';
import { example, fresh } from './examples.js';
import { byId, complain, element, millis } from './page.js';

const MEANING = {
  hit: 'It was there. Nothing to pay.',
  stored: 'It was made now. One bill.',
  collapsed: 'Somebody had just asked. One bill, shared.',
  stale: 'The provider cannot be had; this is an older image.',
  pending: 'It takes longer. It is being made in the background.',
  late: 'It is still being made. Ask again later: asking is free.',
};

const LATEST = 6;
const LOOKS = 30;

/** The most seconds between two looks: somebody sits here and waits, whatever Retry-After says. */
const LONGEST_PAUSE = 5;

/** The form, and what came of it. */
export function askForm() {
  const template = byId('template');
  const other = byId('other');
  const data = byId('data');
  let lastBody;

  const name = () => template.value || other.value.trim();

  template.addEventListener('change', () => {
    byId('other-field').hidden = template.value !== '';
    data.value = example(template.value);
    forgive();
  });
  byId('fresh').addEventListener('click', () => {
    data.value = fresh(template.value);
    forgive();
  });
  byId('ask-form').addEventListener('submit', (event) => {
    event.preventDefault();
    lastBody = requestBody(name(), byId('format').value, data.value);
    askFor(lastBody);
  });
  byId('again').addEventListener('click', () => askFor(lastBody));
  data.value = example(template.value);

  async function askFor(body) {
    const buttons = [byId('ask-button'), byId('again')];
    const focused = document.activeElement;
    buttons.forEach((button) => { button.disabled = true; });
    byId('stage').dataset.state = 'busy';
    forgive();
    try {
      await show(await patiently(body));
    } catch {
      say('failed', 0, 'The service cannot be reached. Is it still running?');
      byId('stage').dataset.state = 'failed';
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
      // A disabled button loses the focus; whoever works by keyboard goes on where they were.
      focused?.focus({ preventScroll: true });
    }
  }

  /** Waits for an image that is on its way, too, and tells so. */
  async function patiently(body) {
    let answer = await ask(body);
    for (let looks = 0; answer.outcome === 'pending' && looks < LOOKS; looks++) {
      say('pending', answer.took, MEANING.pending);
      const pause = 1000 * Math.min(LONGEST_PAUSE, answer.retryAfter);
      await new Promise((resolve) => { setTimeout(resolve, pause); });
      const next = await look(answer.content.key);
      answer = { ...next, took: next.took + answer.took + pause };
    }
    return answer;
  }

  async function show(answer) {
    if (answer.outcome === 'failed') {
      refuse(answer);
    } else if (answer.outcome === 'pending') {
      clear('pending');
      say('pending', answer.took, MEANING.late);
    } else {
      await appear(answer.content);
      say(answer.outcome, answer.took, MEANING[answer.outcome]);
    }
    remember(answer);
  }

  function refuse({ content, took }) {
    clear('failed');
    const pointer = content.pointer ?? '';
    if (pointer.startsWith('#/template')) {
      complain(byId('template-problem'), content.detail, template, other);
    } else if (pointer) {
      complain(byId('data-problem'), placedInData(content.detail), data);
    }
    say('failed', took, pointer ? content.title : `${content.title}. ${content.detail}`);
  }

  /** Takes a former image away. */
  function clear(state) {
    byId('stage').dataset.state = state;
    byId('facts').hidden = true;
  }

  function forgive() {
    complain(byId('data-problem'), null, data);
    complain(byId('template-problem'), null, template, other);
  }

  async function appear(content) {
    const image = byId('image');
    image.src = content.url;
    image.alt = `The image of the template ${name()}`;
    await image.decode().catch(() => {});
    image.hidden = false;
    byId('stage').dataset.state = 'shown';
    restart(image);
    byId('facts').hidden = false;
    byId('key').textContent = content.key;
    byId('url').href = content.url;
    byId('expires').textContent = `valid until ${new Date(content.urlExpiresAt).toLocaleTimeString()}`;
  }

  function say(outcome, took, meaning) {
    byId('word').textContent = outcome;
    byId('word').dataset.outcome = outcome;
    byId('time').textContent = took ? millis(took) : '';
    byId('meaning').textContent = meaning;
  }

  function remember({ outcome, took }) {
    const history = byId('history');
    history.prepend(element('li', `${outcome} ${millis(took)}`, { outcome }));
    while (history.children.length > LATEST) {
      history.lastElementChild.remove();
    }
  }
}

/** Plays an element's animation once more. */
function restart(target) {
  target.getAnimations().forEach((animation) => {
    animation.cancel();
    animation.play();
  });
}
