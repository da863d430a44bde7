import { makeLink } from './api.js';
import { example } from './examples.js';
import { byId, complain, said } from './page.js';

const DAY = 86_400_000;

/** Makes signed request links, copies and follows them. */
export function links() {
  const url = byId('link-url');
  const image = byId('link-image');
  byId('link-data').value = example('social-card');

  byId('link-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    complain(byId('link-problem'), null, byId('link-data'));
    const days = Number(byId('link-end').value);
    const expires = days ? new Date(Date.now() + days * DAY).toISOString() : null;
    try {
      url.value = await makeLink(byId('link-template').value.trim(), byId('link-data').value, expires);
      byId('made-link').hidden = false;
      byId('link-hint').hidden = false;
      image.hidden = true;
      say('A preview follows the link: the image is made if it isn’t there.');
    } catch (failure) {
      complain(byId('link-problem'), said(failure), byId('link-data'));
    }
  });
  byId('copy-link').addEventListener('click', () => copy(url.value));
  byId('copy-meta').addEventListener('click', () => copy(`<meta property="og:image" content="${url.value.replaceAll('&', '&amp;')}">`));
  byId('preview').addEventListener('click', async () => {
    say('Following the link …');
    image.src = url.value;
    image.alt = `The image of the template ${byId('link-template').value.trim()}`;
    try {
      await image.decode();
      image.hidden = false;
      byId('link-hint').hidden = true;
      say('This is what a page or a crawler gets.');
    } catch {
      image.hidden = true;
      byId('link-hint').hidden = false;
      say('There is no image yet: it is still being made, or cannot be. Open the link to read why.');
    }
  });

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      say('Copied.');
    } catch {
      url.select();
      say('This browser doesn’t let a page copy; the link is selected.');
    }
  }
}

function say(text) {
  byId('link-said').textContent = text;
}
