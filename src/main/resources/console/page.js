/** Small helpers for the page's elements. Text only ever enters as text, never as markup. */

export const byId = (id) => document.getElementById(id);

/** Shows a message beside a field and marks the field, or takes both away. */
export function complain(message, text, ...fields) {
  message.textContent = text ?? '';
  message.hidden = !text;
  for (const field of fields) {
    if (text) {
      field.setAttribute('aria-invalid', 'true');
    } else {
      field.removeAttribute('aria-invalid');
    }
  }
}

export function element(name, text, data = {}) {
  const made = document.createElement(name);
  made.textContent = text ?? '';
  Object.assign(made.dataset, data);
  return made;
}

const WHOLE = new Intl.NumberFormat('en');

export const number = (value) => WHOLE.format(value);

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/** A time as one reads it: 4 ms, 1.2 s. */
export function millis(value) {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** Letters that make data new. */
export const chance = () => Math.random().toString(36).slice(2, 7);

/** What failed, in words for a person. */
export const said = (failure) => (failure instanceof TypeError ? 'The service cannot be reached. Is it still running?' : failure.message);
