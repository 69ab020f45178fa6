/* «Мой класс»: pupils × sections as marks. Nothing is counted, so nothing can be compared. */
import {get, send} from '../../api.js';
import {ago, compare, load, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {word} from '../../ui/meta.js';
import {empty, pageHead} from '../../ui/state.js';
import {chosenClass, classHead, classesOf} from '../../ui/teacher.js';

const MARKS = {waiting: 'clock', returned: 'return', verified: 'check'};

export async function view(ctx) {
  await load('pupil');
  ctx.title(t('class.title'));
  const classes = await classesOf(ctx);
  const klass = chosenClass(ctx, classes);
  if (!klass) return h('div', {}, pageHead({title: t('class.title')}), empty({icon: 'people', title: t('class.none'), text: t('class.none_text')}));
  const own = await get('/accounts/own', null, {signal: ctx.signal}).catch(() => ({}));
  const since = own.seen?.[klass.id];
  const board = await get(`/classes/${klass.id}/board`, since ? {since} : {}, {signal: ctx.signal});
  send('PATCH', '/accounts/own', {seen: klass.id}).catch(() => {});
  const rows = board.pupils.sort((a, b) => compare(a.name, b.name));
  const body = h('div', {});
  const kinds = [{value: 'nothing', label: t('class.only_nothing'), keep: (p) => p.nothing}, {value: 'waiting', label: t('class.only_waiting'), keep: (p) => p.waiting},
    {value: 'new', label: t('class.only_new'), keep: (p) => p.new}].filter((k) => rows.some(k.keep));
  const draw = () => body.replaceChildren(grid(board, rows.filter((p) => (kinds.find((k) => k.value === ctx.query.get('show'))?.keep || (() => true))(p))));
  draw();
  return h('div', {}, pageHead({title: t('class.of', {name: board.name}), lead: since ? t('class.since', {when: ago(since)}) : t('class.lead'),
    actions: [button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => window.print()}), button({label: t('list.excel'), icon: 'sheet', kind: 'quiet', href: `/api/v1/entries?class=${klass.id}&xlsx=true`, download: ''})]}),
  classHead(ctx, classes, klass),
  kinds.length > 0 && h('div', {class: 'no-print board-filter'}, chips({label: t('class.show'), options: kinds, value: ctx.query.get('show'), onchange: (v) => { ctx.setQuery({show: v}); v ? ctx.query.set('show', v) : ctx.query.delete('show'); draw(); }})),
  rows.length ? body : empty({icon: 'people', title: t('class.empty'), text: t('class.empty_text')}), legend());
}

function grid(board, rows) {
  return h('div', {class: 'table-wrap board-wrap'}, h('table', {class: 'table board'}, h('caption', {class: 'hush'}, t('class.caption', {name: board.name})),
    h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, t('class.pupil')), board.sections.map((s) => h('th', {scope: 'col'}, word('section', s))))),
    h('tbody', {}, rows.map((p) => h('tr', {class: p.new && 'board-new'}, h('th', {scope: 'row'}, h('a', {href: `/pupils/${p.id}`}, p.name), p.nothing && h('span', {class: 'small board-nothing'}, t('class.nothing_yet'))),
      board.sections.map((s) => h('td', {dataset: {label: word('section', s)}}, cell(p.sections[s]))))))));
}

function cell(c) {
  if (!c) return h('span', {class: 'board-none', 'aria-label': t('class.mark_none')}, '·');
  const shown = Object.keys(MARKS).filter((k) => c[k]);
  return h('span', {class: 'board-cell'}, shown.map((k) => h('span', {class: `board-mark board-${k}`, title: t(`class.mark_${k}`)}, icon(MARKS[k]), h('span', {class: 'hush'}, t(`class.mark_${k}`)))),
    c.new && h('span', {class: 'board-dot', title: t('class.mark_new')}, h('span', {class: 'hush'}, t('class.mark_new'))));
}

const legend = () => h('ul', {class: 'board-legend small soft'}, Object.keys(MARKS).map((k) => h('li', {}, h('span', {class: `board-mark board-${k}`}, icon(MARKS[k])), t(`class.mark_${k}`))),
  h('li', {}, h('span', {class: 'board-dot'}), t('class.mark_new')));
