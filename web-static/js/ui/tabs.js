/* tabs({label, items: [{href, label, current}]}): links, so that each tab has an address and back works. */
import {h} from './h.js';

export function tabs({label, items}) {
  const here = location.pathname;
  const el = h('nav', {class: 'tabs', 'aria-label': label}, items.filter(Boolean).map((i) =>
    h('a', {href: i.href, 'aria-current': (i.current ?? i.href.split('?')[0] === here) ? 'page' : null}, i.label)));
  queueMicrotask(() => requestAnimationFrame(() => {
    const now = el.querySelector('[aria-current]');
    if (now && el.scrollWidth > el.clientWidth) el.scrollLeft = now.offsetLeft - 16;
  }));
  return el;
}
