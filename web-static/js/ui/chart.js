/* barChart({title, rows: [{label, value, before}], unit, before: 'прошлый год'}): horizontal bars as SVG with the same figures as a table beneath. */
import {h, s, uid} from './h.js';
import {table} from './table.js';
import {number, t} from '../i18n.js';

const LINE = 34;
export function barChart({title, rows, now, before, heading}) {
  const id = uid('chart');
  const most = Math.max(1, ...rows.flatMap((r) => [r.value || 0, r.before || 0]));
  const left = Math.min(220, 20 + 8 * Math.max(...rows.map((r) => r.label.length), 4));
  const width = 640;
  const room = width - left - 56;
  const step = before ? LINE + 14 : LINE;
  const bar = (v, y, height, name) => s('rect', {class: name, x: left, y, width: Math.max(v ? 3 : 0, (v / most) * room), height, rx: 3});
  const picture = s('svg', {viewBox: `0 0 ${width} ${rows.length * step + 4}`, role: 'img', 'aria-labelledby': id},
    s('line', {class: 'axis', x1: left, x2: left, y1: 0, y2: rows.length * step}),
    rows.map((r, i) => {
      const y = i * step + 6;
      return [s('text', {x: left - 10, y: y + 16, 'text-anchor': 'end'}, r.label), bar(r.value, y, 20, 'bar'),
        s('text', {class: 'value', x: left + (r.value / most) * room + 8, y: y + 16}, number(r.value)),
        before ? [bar(r.before || 0, y + 23, 10, 'bar-before'), s('text', {class: 'value-before', x: left + ((r.before || 0) / most) * room + 8, y: y + 33}, number(r.before || 0))] : null].flat();
    }).flat());
  const twin = table({caption: title, hideCaption: true, columns: [{name: 'label', label: heading || '', head: true}, {name: 'value', label: now || t('chart.now'), num: true, cell: (r) => number(r.value)},
    before && {name: 'before', label: before, num: true, cell: (r) => number(r.before || 0)}].filter(Boolean), rows});
  return h('figure', {class: 'chart stack'}, h('figcaption', {id, class: 'hush'}, title),
    before && h('div', {class: 'chart-key', 'aria-hidden': 'true'}, h('span', {}, h('i', {}), now || t('chart.now')), h('span', {}, h('i', {class: 'before'}), before)),
    picture, h('details', {class: 'more-fields'}, h('summary', {}, t('chart.table')), twin));
}
