/* button({label, icon, kind, href, onclick, …}); kind: primary, quiet, danger (may be combined: 'danger primary'), plain by default.
 * With `only: true` the label is the accessible name and the icon is all that is seen. `press` (async) shows itself busy while it runs
 * and cannot be pressed twice. */
import {h} from './h.js';
import {icon} from './icon.js';

export function button({label, icon: name, kind = '', href, press, onclick, only, large, wide, type = 'button', disabled, after, class: extra, ...rest}) {
  const kinds = kind.split(' ').filter(Boolean).map((k) => `button-${k}`);
  const classes = ['button', ...kinds, only && 'button-icon', large && 'button-large', wide && 'button-wide', extra].filter(Boolean).join(' ');
  /* what a badge says is part of the name, so the name is text then */
  const inside = [name && icon(name), only ? (after ? h('span', {class: 'hush'}, label) : null) : h('span', {}, label), after];
  const props = {class: classes, ...(only ? {...(after ? {} : {'aria-label': label}), title: label} : {}), ...rest};
  if (href) return h('a', {...props, href, onclick}, inside);
  const el = h('button', {...props, type, disabled, onclick: press ? () => busy(el, press) : onclick}, inside);
  return el;
}

/* Runs the promise with the button busy; what it throws is thrown on. */
export async function busy(el, work) {
  if (el.getAttribute('aria-busy') === 'true') return undefined;
  const mark = h('span', {class: 'spin', 'aria-hidden': 'true'});
  const shown = el.querySelector('.icon');
  el.setAttribute('aria-busy', 'true');
  el.setAttribute('aria-disabled', 'true');
  const timer = setTimeout(() => { shown ? shown.replaceWith(mark) : el.prepend(mark); }, 250);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    if (mark.isConnected) shown ? mark.replaceWith(shown) : mark.remove();
    el.removeAttribute('aria-busy');
    el.removeAttribute('aria-disabled');
  }
}

export const linkButton = (label, href, more = {}) => button({label, href, ...more});
