/** Data that shows what the demo's templates can do. Everything that is random makes a new image. */
import { chance } from './page.js';

const TITLES = ['Never pay twice', 'What the eye keeps', 'One bill, many eyes', 'An image for every link'];
const NAMES = ['Walnut lamp', 'Linen notebook', 'Enamel mug', 'Wool blanket', 'Copper kettle'];

const any = (list) => list[Math.floor(Math.random() * list.length)];
const pretty = (data) => JSON.stringify(data, null, 2);

const FIRST = {
  'social-card': {
    title: 'Never pay twice',
    subtitle: 'One bill for every image, however many ask',
    author: 'Ada Lovelace',
    tag: 'demo',
  },
  'product-card': {
    name: 'Walnut lamp',
    description: 'Warm light for long evenings',
    price: '€ 89',
    badge: 'new',
  },
  chart: {
    title: 'Images a day',
    subtitle: 'Of these, paid for: the first',
    type: 'bar',
    labels: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
    values: [12, 19, 9, 24, 31],
  },
};

const FRESH = {
  'social-card': () => ({ ...FIRST['social-card'], title: any(TITLES), tag: chance() }),
  'product-card': () => ({ ...FIRST['product-card'], name: any(NAMES), price: `€ ${9 + Math.floor(Math.random() * 190)}`, badge: chance() }),
  chart: () => ({ ...FIRST.chart, type: any(['bar', 'line']), values: FIRST.chart.values.map(() => Math.round(Math.random() * 400) / 10) }),
};

export const example = (template) => pretty(FIRST[template] ?? { title: 'Hello' });

export const fresh = (template) => pretty(FRESH[template]?.() ?? { title: chance() });

/** A catalogue of products that nobody has asked for yet, as CSV. */
export function sampleCatalogue(rows) {
  const run = chance();
  const lines = Array.from({ length: rows }, (_, i) => `${any(NAMES)} no. ${i + 1},Catalogue ${run},€ ${10 + i},`);
  return `name,description,price,badge\n${lines.join('\n')}\n`;
}
