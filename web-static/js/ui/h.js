/* h('a', {href: '/x', class: 'y', onclick: f, dataset: {id}}, 'text', child, [children], null) → element. Text becomes text nodes, never markup. */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}
/* The same for SVG. */
export function s(tag, props, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);
}

const AS_PROPERTY = new Set(['value', 'checked', 'indeterminate', 'selected', 'htmlFor', 'textContent', 'scrollTop']);

function fill(el, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) el.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(el.dataset, value);
    else if (name === 'style') for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
    else if (AS_PROPERTY.has(name)) el[name] = value;
    else el.setAttribute(name, value === true ? '' : String(value));
  }
  add(el, children);
  return el;
}

export function add(el, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === true) continue;
    el.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return el;
}

let last = 0;
export const uid = (word = 'u') => `${word}-${++last}`;

/* What the search found stands between two signs that no text holds (U+E000, U+E001 or control characters). */
export function marked(text) {
  return String(text).split(/[\u0001-\u0003\ue000-\ue003]/).map((part, i) => (i % 2 ? h('mark', {}, part) : part));
}

/* Gives `text` a place in the page for screen readers only. */
export const hush = (text) => h('span', {class: 'hush'}, text);
