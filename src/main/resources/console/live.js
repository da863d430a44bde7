import { stats } from './api.js';
import { Chart } from './chart.js';
import { byId, millis, number, plural } from './page.js';

const EVERY = 1000;
const OUTCOMES = ['hit', 'collapsed', 'stored', 'stale', 'pending', 'failed'];

/** The tiles and the charts, refreshed each second while somebody looks. */
export function live() {
  const requests = new Chart(byId('requests-plot'), {
    name: 'Requests a second by outcome', series: OUTCOMES, stacked: true, atLeast: 4, label: number,
  });
  const latency = new Chart(byId('latency-plot'), {
    name: 'Provider latency', series: ['p95', 'p50'], stacked: false, atLeast: 200, label: millis,
  });
  let before;
  let timer;

  async function refresh() {
    clearTimeout(timer);
    if (document.hidden) {
      return;
    }
    try {
      const now = await stats();
      tiles(now);
      requests.add(difference(before, now));
      latency.add([now.providerP95Millis, now.providerP50Millis]);
      before = now;
      pulse('live', `counted since ${new Date(now.since).toLocaleTimeString([], { timeStyle: 'short' })}`);
    } catch {
      before = undefined;
      pulse('lost', 'the service does not answer');
    }
    timer = setTimeout(refresh, EVERY);
  }

  document.addEventListener('visibilitychange', refresh);
  refresh();
}

/** What was counted since the last look; zero when the service was started anew in between. */
function difference(before, now) {
  return OUTCOMES.map((outcome) => (before && before.since === now.since
    ? Math.max(0, now.requests[outcome] - before.requests[outcome])
    : 0));
}

function pulse(state, words) {
  const place = byId('pulse');
  if (place.dataset.state !== state) {
    place.dataset.state = state;
    place.textContent = words;
  }
}

function tiles(now) {
  const { hit, stale, stored, collapsed } = now.requests;
  const images = hit + stale + stored + collapsed;
  const free = hit + stale + collapsed;
  tile('ratio', now.hitRatio === null ? '–' : `${Math.round(100 * now.hitRatio)} %`,
    images ? `${number(hit + stale)} of ${number(images)}` : 'no image yet');
  tile('saved', number(free), images ? `of ${plural(images, 'image')}` : 'no image yet');
  tile('latency', now.providerP50Millis === null ? '–' : millis(now.providerP50Millis),
    now.providerP95Millis === null ? 'not called lately' : `p95 ${millis(now.providerP95Millis)}`);
  tile('throttled', number(now.provider429s), `of ${plural(now.providerCalls, 'call')}`, now.provider429s > 0);
  tile('permits', number(now.permits.granted), permitsSub(now));
  tile('queue', now.queueDepth === null ? '–' : number(now.queueDepth), queueSub(now), now.deadLetters > 0);
  tile('credits', now.creditsUsed === null ? '–' : number(now.creditsUsed),
    now.creditsLeft === null ? 'this month' : `${number(now.creditsLeft)} left this month`, now.creditsLeft === 0);
  const pause = now.coolDownUntil ? Math.max(0, new Date(now.coolDownUntil) - Date.now()) : 0;
  tile('cooldown', pause ? millis(pause) : 'none', pause ? 'the provider asked' : 'not asked for', pause > 0);
}

function permitsSub(now) {
  return now.inFlight ? `${number(now.inFlight)} in flight` : `${number(now.permits.denied)} had to wait`;
}

function queueSub(now) {
  if (now.deadLetters > 0) {
    return `${number(now.deadLetters)} given up`;
  }
  if (!now.queueDepth) {
    return 'nothing waits';
  }
  return now.queueOldestAgeSeconds === null ? 'age not known' : `oldest ${millis(1000 * now.queueOldestAgeSeconds)}`;
}

function tile(name, value, sub, alarming = false) {
  const place = document.querySelector(`[data-tile="${name}"]`);
  place.textContent = value;
  place.parentElement.classList.toggle('alarming', alarming);
  document.querySelector(`[data-sub="${name}"]`).textContent = sub;
}
