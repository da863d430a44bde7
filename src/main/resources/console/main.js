import { askForm } from './ask.js';
import { live } from './live.js';
import { stampede } from './stampede.js';
import { catalogue } from './catalogue.js';
import { byId } from './page.js';
import { links } from './links.js';
import { deadLetters, receipts } from './operate.js';
import { tabs } from './tabs.js';

const root = document.documentElement;
for (const choice of byId('theme').querySelectorAll('input')) {
  choice.checked = choice.value === (root.dataset.theme ?? 'auto');
  choice.addEventListener('change', () => {
    if (choice.value === 'auto') {
      delete root.dataset.theme;
      localStorage.removeItem('afterimage.theme');
    } else {
      root.dataset.theme = choice.value;
      localStorage.setItem('afterimage.theme', choice.value);
    }
  });
}

askForm();
links();
catalogue();
stampede();
const opened = { receipts: receipts(), 'dead-letters': deadLetters() };
tabs((name) => opened[name]?.());
live();
