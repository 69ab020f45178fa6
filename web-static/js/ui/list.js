/* list(ctx, {path, query, filters, row, key, empty, …}) → element. Search and filters in the address, count, skeleton, empty state,
 * "show more", selection with mouse and keyboard (arrows, Space, Ctrl+A, Esc), hooks for Excel and print.
 *   path       '/entries', or load: async ({cursor, ...values}, {signal}) → {items, next}
 *   query      what is always asked
 *   filters    specs of chips.js; their names are the names of the query
 *   row        (item, {selected}) → element; or columns for a table (table.js)
 *   select     true; actions: (items) → [{label, icon, press}] shown while something is selected
 *   excel      address of a download, or (values) → address; print: true shows the button
 *   onload     (items) after each page */
import {h} from './h.js';
import {icon} from './icon.js';
import {button} from './button.js';
import {filters as filterBar} from './chips.js';
import {table} from './table.js';
import {empty, problem, skeleton} from './state.js';
import {list as ask} from '../api.js';
import {t} from '../i18n.js';

export function list(ctx, o) {
  const state = {items: [], next: null, selected: new Set(), turn: 0, key: o.key || ((x) => x.id), loaded: false};
  const bar = o.filters?.length ? filterBar(ctx, o.filters, () => refresh()) : {el: null, values: () => ({})};
  const count = h('p', {class: 'soft number', role: 'status'});
  const tools = h('div', {class: 'row no-print'});
  const body = h('div', {});
  const more = h('div', {class: 'list-more no-print'});
  const el = h('section', {class: 'lister', 'aria-label': o.label}, bar.el, h('div', {class: 'list-bar'}, count, tools), body, more);
  const load = o.load || ((query, options) => ask(o.path, {limit: o.limit || 50, ...o.query, ...query}, options));

  async function page(cursor) {
    const turn = ++state.turn;
    try {
      const got = await load({...bar.values(), cursor}, {signal: ctx.signal});
      if (turn !== state.turn) return;
      state.items = cursor ? [...state.items, ...got.items] : got.items;
      state.next = got.next || null;
      state.total = got.total ?? null;
      state.loaded = true;
      o.onload?.(state.items, got);
      draw();
    } catch (error) {
      if (turn !== state.turn || error.name === 'AbortError') return;
      body.replaceChildren(problem(error, refresh));
      count.textContent = '';
    }
  }
  function refresh() {
    state.selected.clear();
    if (!state.loaded) body.replaceChildren(skeleton(o.skeleton || 'rows'));
    else body.setAttribute('aria-busy', 'true');
    return page(null);
  }

  function draw() {
    body.removeAttribute('aria-busy');
    const n = state.items.length;
    count.textContent = n ? (state.total != null || !state.next ? t('list.total', {n: state.total ?? n}) : t('list.shown', {n})) : '';
    drawTools();
    if (!n) {
      const asked = Object.keys(bar.values()).length > 0;
      body.replaceChildren(asked ? empty({icon: 'search', title: t('list.nothing_found'), text: t('list.nothing_found_text')}) : empty(o.empty || {title: t('list.empty')}));
    } else if (o.columns) {
      body.replaceChildren(table({columns: o.columns, rows: state.items, caption: o.caption, key: state.key, selection: o.select && selection, href: o.href}));
    } else {
      const rows = state.items.map((item) => wrap(o.row(item, {selected: state.selected.has(state.key(item))}), item));
      body.replaceChildren(h('div', {class: o.grid ? 'grid' : 'list', role: 'list'}, rows));
    }
    more.replaceChildren(...(state.next ? [button({label: t('list.more'), press: () => page(state.next)})] : []));
  }

  const selection = {
    has: (item) => state.selected.has(state.key(item)),
    set(item, on) { on ? state.selected.add(state.key(item)) : state.selected.delete(state.key(item)); drawTools(); },
    all(on) { state.items.forEach((i) => (on ? state.selected.add(state.key(i)) : state.selected.delete(state.key(i)))); draw(); },
    get every() { return state.items.length > 0 && state.items.every((i) => state.selected.has(state.key(i))); },
  };

  function wrap(row, item) {
    if (!o.select) return h('div', {role: 'listitem', class: 'list-item'}, row);
    const box = h('input', {type: 'checkbox', checked: selection.has(item), 'aria-label': o.selectLabel ? o.selectLabel(item) : t('list.select'), onchange: () => { selection.set(item, box.checked); row.setAttribute('data-selected', String(box.checked)); }});
    return h('div', {role: 'listitem', class: 'row list-item', dataset: {key: state.key(item)}}, h('label', {class: 'tick'}, box), h('div', {class: 'grow'}, row));
  }

  function drawTools() {
    const picked = state.items.filter((i) => selection.has(i));
    const values = bar.values();
    tools.replaceChildren(...[
      picked.length > 0 && h('span', {class: 'number'}, t('list.selected', {n: picked.length})),
      ...(picked.length > 0 && o.actions ? o.actions(picked, api).map((a) => button({...a, press: a.press && (() => a.press(picked))})) : []),
      o.excel && state.items.length > 0 && button({label: t('list.excel'), icon: 'sheet', kind: 'quiet', href: typeof o.excel === 'function' ? o.excel(values) : o.excel, download: ''}),
      o.print && state.items.length > 0 && button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => window.print()}),
      ...(o.tools ? [o.tools(state.items)].flat() : []),
    ].filter(Boolean));
  }

  el.addEventListener('keydown', (e) => {
    const typing = e.target.matches('input:not([type=checkbox]), textarea, select');
    if (typing) return;
    const boxes = [...body.querySelectorAll('input[type=checkbox]')];
    const stops = boxes.length ? boxes : [...body.querySelectorAll('a.list-row, .list-item a')];
    const at = stops.indexOf(document.activeElement);
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      const to = stops[Math.max(0, Math.min(stops.length - 1, at + (e.key === 'ArrowDown' ? 1 : -1)))];
      if (to && at >= 0) { e.preventDefault(); to.focus(); }
    } else if (o.select && (e.ctrlKey || e.metaKey) && e.code === 'KeyA') {
      e.preventDefault();
      selection.all(true);
    } else if (o.select && e.key === 'Escape' && state.selected.size) {
      selection.all(false);
    }
  });

  const api = {el, refresh, items: () => state.items, selected: () => state.items.filter((i) => selection.has(i)), replace(item) {
    state.items = state.items.map((i) => (state.key(i) === state.key(item) ? item : i));
    draw();
  }, remove(item) { state.items = state.items.filter((i) => state.key(i) !== state.key(item)); state.selected.delete(state.key(item)); draw(); }};
  o.ref?.(api);
  refresh();
  return el;
}

export const listRow = ({href, icon: name, title, text, end, onclick}) => h(href ? 'a' : 'div', {class: 'list-row', href, onclick},
  name && icon(name), h('div', {class: 'grow'}, h('div', {}, title), text && h('div', {class: 'small soft'}, text)), end);
