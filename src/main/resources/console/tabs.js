import { byId } from './page.js';

/**
 * One panel at a time (WAI-ARIA Authoring Practices, tabs pattern): arrow keys go from tab to tab, the address names the open one.
 * `opened` is told the name of each that opens.
 */
export function tabs(opened) {
  const all = [...byId('tabs').children];
  const named = () => all.find((tab) => tab.id === `tab-${location.hash.slice(1)}`) ?? all[0];

  function open(chosen) {
    for (const tab of all) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute('aria-controls')).hidden = tab !== chosen;
    }
    chosen.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    opened(chosen.id.slice('tab-'.length));
  }

  function choose(tab) {
    history.replaceState(null, '', `#${tab.id.slice('tab-'.length)}`);
    open(tab);
  }

  byId('tabs').addEventListener('click', (event) => {
    if (all.includes(event.target)) {
      choose(event.target);
    }
  });
  byId('tabs').addEventListener('keydown', (event) => {
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const tab = all.at(to % all.length);
      choose(tab);
      tab.focus();
    }
  });
  window.addEventListener('hashchange', () => open(named()));
  open(named());
}
