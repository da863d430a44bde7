/** A small time chart in SVG: a value a second and series, the last two minutes. Its colours are the stylesheet's. */

const SECONDS = 120;
const HEIGHT = 100;
const SVG = 'http://www.w3.org/2000/svg';

export class Chart {
  #figure;
  #options;
  #columns = [];
  #svg = svg('svg', { viewBox: `0 0 ${SECONDS} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
  #paths = [];
  #top;

  /**
   * options: name; series, from bottom to top; stacked: bars on each other, else lines; atLeast: the smallest scale;
   * label: how a value is written.
   */
  constructor(place, options) {
    this.#options = options;
    this.#figure = place.closest('figure');
    this.#svg.append(svg('path', { class: 'grid', d: `M0 0H${SECONDS}M0 50H${SECONDS}M0 100H${SECONDS}` }));
    for (const series of options.series) {
      const path = svg('path', { class: options.stacked ? 'area' : 'line' });
      path.dataset[options.stacked ? 'outcome' : 'line'] = series;
      this.#paths.push(path);
      this.#svg.append(path);
    }
    this.#top = mark(place, 'top');
    place.append(this.#svg);
    mark(place, 'from').textContent = '2 min ago';
    mark(place, 'to').textContent = 'now';
    this.#draw();
  }

  /** One value a series; null is a gap. The chart appears with the first value: an empty one tells nothing. */
  add(values) {
    this.#figure.hidden &&= !values.some(Boolean);
    this.#columns.push(values);
    if (this.#columns.length > SECONDS) {
      this.#columns.shift();
    }
    this.#draw();
  }

  #draw() {
    const { series, stacked, atLeast, label, name } = this.#options;
    const peak = Math.max(0, ...this.#columns.map((column) => (stacked ? sum(column) : Math.max(...column.map(Number)))));
    const top = scale(Math.max(atLeast, peak));
    const y = (value) => round(HEIGHT - (HEIGHT * value) / top);
    const first = SECONDS - this.#columns.length;
    series.forEach((_, index) => {
      const d = stacked ? this.#bars(index, first, y) : this.#line(index, first, y);
      this.#paths[index].setAttribute('d', d);
    });
    this.#top.textContent = label(top);
    this.#svg.setAttribute('aria-label', `${name}, last two minutes; highest ${label(peak)}`);
  }

  #bars(index, first, y) {
    return this.#columns.map((column, i) => {
      const below = sum(column.slice(0, index));
      const height = round(y(below) - y(below + column[index]));
      return height ? `M${first + i + 0.1} ${y(below)}h.8v${-height}h-.8z` : '';
    }).join('');
  }

  #line(index, first, y) {
    let drawing = false;
    return this.#columns.map((column, i) => {
      if (column[index] === null) {
        drawing = false;
        return '';
      }
      const step = `${drawing ? 'L' : 'M'}${first + i + 0.5} ${y(column[index])}`;
      drawing = true;
      return step;
    }).join('');
  }
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const round = (value) => Math.round(value * 100) / 100;

/** The next round number. */
function scale(peak) {
  const power = 10 ** Math.floor(Math.log10(peak));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= peak);
}

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function mark(place, className) {
  const made = document.createElement('span');
  made.className = `mark ${className}`;
  place.append(made);
  return made;
}
