/* Search in the header with suggestions while typing (a list box driven with the arrows); Enter opens the page of results. */
import {h, uid} from './h.js';
import {icon} from './icon.js';
import {list} from '../api.js';
import {go} from '../router.js';
import {word} from './meta.js';
import {t} from '../i18n.js';

/* Where a found thing is shown; a place adds its own kinds with found('event', (item) => address). */
const WHERE = {entry: (x) => `/entries/${x.id}`, pupil: (x) => `/pupils/${x.id}`, review: (x) => (x.entry ? `/entries/${x.entry}` : `/pupils/${x.pupil}`),
  person: (x) => `/people/${x.id}`, event: (x) => `/events/${x.id}`};
export const found = (kind, address) => { WHERE[kind] = address; };
export const whereIs = (item) => WHERE[item.kind]?.(item) || null;
export const titleOf = (item) => item.title || item.text || item.name || '';

/* Suggestions of names are for staff; a family finds its own records. */
export function suggestBox({staff}) {
  const id = uid('find');
  const box = h('div', {class: 'find-list', role: 'listbox', id: `${id}-list`, 'aria-label': t('shell.suggestions'), hidden: true});
  const input = h('input', {class: 'input', type: 'search', id, role: 'combobox', 'aria-expanded': 'false', 'aria-controls': `${id}-list`, 'aria-autocomplete': 'list',
    'aria-label': t('shell.search'), placeholder: t('shell.search'), autocomplete: 'off', maxlength: 200});
  const el = h('form', {class: 'find', role: 'search', onsubmit: (e) => { e.preventDefault(); choose(); }}, icon('search'), input, box);
  let timer = null;
  let turn = 0;
  let items = [];
  let at = -1;

  const close = () => { box.hidden = true; at = -1; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); };
  function open() {
    box.replaceChildren(...items.map((item, i) => h('div', {role: 'option', id: `${id}-${i}`, 'aria-selected': 'false', onpointerdown: (e) => { e.preventDefault(); at = i; choose(); }},
      h('span', {class: 'grow'}, titleOf(item)), item.kind && h('span', {class: 'small soft'}, word('search_kind', item.kind)))));
    box.hidden = !items.length;
    input.setAttribute('aria-expanded', String(items.length > 0));
  }
  function choose() {
    const item = items[at];
    const words = input.value.trim();
    close();
    const address = item && whereIs(item);
    if (address) { input.value = ''; go(address); } else if (item || words) go(`/search?query=${encodeURIComponent(item ? titleOf(item) : words)}`);
  }
  async function look() {
    const mine = ++turn;
    const query = input.value.trim();
    if (query.length < 2) { items = []; close(); return; }
    try {
      const got = await list(staff ? '/search/suggest' : '/search', {query, limit: 8}, {attempts: 1});
      if (mine !== turn || document.activeElement !== input) return;
      items = got.items;
      at = -1;
      open();
    } catch { close(); }
  }
  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(look, 180); });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (e) => {
    if (e.key === 'Escape') { close(); return; }
    if (box.hidden || (e.key !== 'ArrowDown' && e.key !== 'ArrowUp')) return;
    e.preventDefault();
    at = e.key === 'ArrowDown' ? (at + 1) % items.length : (at <= 0 ? items.length : at) - 1;
    [...box.children].forEach((o, i) => o.setAttribute('aria-selected', String(i === at)));
    input.setAttribute('aria-activedescendant', `${id}-${at}`);
  });
  return el;
}
