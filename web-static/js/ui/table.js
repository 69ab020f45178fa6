/* table({columns: [{name, label, cell: (row) => node | text, num, head}], rows, caption, key, selection}) → element; under 640 px each row is a card
 * whose cells carry their labels. The column with `head` names the row. */
import {h} from './h.js';
import {t} from '../i18n.js';

export function table({columns, rows, caption, selection, hideCaption = false, href, cards = true}) {
  const cell = (c, row) => (c.cell ? c.cell(row) : row[c.name] ?? '');
  const head = h('tr', {}, selection && h('th', {}, tick(selection.every, t('list.select_all'), (on) => selection.all(on))),
    columns.map((c) => h('th', {scope: 'col', class: c.num && 'num'}, c.label)));
  const body = rows.map((row) => {
    const tr = h('tr', {'aria-selected': selection ? String(selection.has(row)) : null});
    if (selection) tr.append(h('td', {}, tick(selection.has(row), t('list.select'), (on) => { selection.set(row, on); tr.setAttribute('aria-selected', String(on)); })));
    tr.append(...columns.map((c) => {
      let inside = cell(c, row);
      if (c.head && href) inside = h('a', {href: href(row)}, inside);
      const none = inside === '' || inside === null || inside === undefined;
      return h(c.head ? 'th' : 'td', {scope: c.head ? 'row' : null, class: c.num && 'num', dataset: {label: c.label, ...(none ? {empty: ''} : {})}}, inside);
    }));
    return tr;
  });
  return h('div', {class: `table-wrap${cards ? ' table-cards' : ''}`, tabindex: cards ? null : '0', role: cards ? null : 'region', 'aria-label': cards ? null : caption},
    h('table', {class: 'table'}, caption && h('caption', {class: hideCaption && 'hush'}, caption), h('thead', {}, head), h('tbody', {}, body)));
}

const tick = (on, label, onchange) => h('label', {class: 'tick'}, h('input', {type: 'checkbox', checked: on, 'aria-label': label, onchange: (e) => onchange(e.target.checked)}));
