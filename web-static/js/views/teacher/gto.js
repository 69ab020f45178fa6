/* The GTO in a class: who is close to a badge, and the papers for the test centre. */
import {get, list, send, url} from '../../api.js';
import {dateShort, load, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {marks, medal} from '../../ui/gto.js';
import {h} from '../../ui/h.js';
import {menu} from '../../ui/menu.js';
import {empty, pageHead} from '../../ui/state.js';
import {table} from '../../ui/table.js';
import {chosenClass, classHead, classesOf} from '../../ui/teacher.js';
import {toast} from '../../ui/toast.js';

export async function view(ctx) {
  await load('pupil');
  ctx.title(t('gto.title'));
  const classes = await classesOf(ctx);
  const klass = chosenClass(ctx, classes);
  if (!klass) return h('div', {}, pageHead({title: t('gto.title')}), empty({icon: 'people', title: t('class.none'), text: t('class.none_text')}));
  const {items} = await list(`/gto/class/${klass.id}`, {}, {signal: ctx.signal});
  const body = h('div', {});
  const kinds = [{value: '1', label: t('gto.close_one'), keep: (r) => r.next && r.missing <= 1}, {value: '2', label: t('gto.close_two'), keep: (r) => r.next && r.missing <= 2},
    {value: 'none', label: t('gto.without_results'), keep: (r) => !r.results}, {value: 'uin', label: t('gto.without_uin'), keep: (r) => !r.uin}].filter((k) => items.some(k.keep));
  const shown = () => {
    const kind = kinds.find((k) => k.value === ctx.query.get('show'));
    const rows = items.filter(kind?.keep || (() => true));
    return ['1', '2'].includes(kind?.value) ? rows.sort((a, b) => a.missing - b.missing) : rows;
  };
  const papers = h('div', {class: 'row'});
  const draw = () => {
    papers.replaceChildren(...actions(klass, ctx.query.get('show')));
    body.replaceChildren(shown().length ? grid(ctx, shown()) : empty({icon: 'runner', title: t('gto.nobody')}));
  };
  draw();
  return h('div', {}, pageHead({title: t('gto.class', {name: klass.name}), lead: t('gto.class_lead'), actions: papers}),
    classHead(ctx, classes, klass),
    kinds.length > 0 && h('div', {class: 'no-print gto-filter'}, chips({label: t('gto.show'), options: kinds, value: ctx.query.get('show'), onchange: (v) => { ctx.setQuery({show: v}); v ? ctx.query.set('show', v) : ctx.query.delete('show'); draw(); }})),
    items.length ? body : empty({icon: 'people', title: t('class.empty'), text: t('class.empty_text')}), legend());
}

/* Paper and workbook hold what the page shows: of those who are close, only them. */
const near = (show) => (['1', '2'].includes(show) ? {close: Number(show)} : {});
const actions = (klass, show) => [
  button({label: t('ui.print'), icon: 'print', kind: 'quiet', href: url(`/gto/class/${klass.id}/sheet`, near(show)), download: ''}),
  button({label: t('list.excel'), icon: 'sheet', kind: 'quiet', href: url(`/gto/class/${klass.id}`, {xlsx: true, ...near(show)}), download: ''}),
  menu({label: t('gto.papers'), icon: 'file', only: false, kind: 'quiet', items: [
    {label: t('gto.application'), icon: 'sheet', href: url('/gto/application', {class: klass.id}), download: ''},
    {label: t('gto.uin_list'), icon: 'sheet', href: url('/gto/uin', {class: klass.id}), download: ''},
    {label: t('gto.issue'), icon: 'file', href: url('/gto/issue', {class: klass.id}), download: ''},
    {label: t('gto.issue_book'), icon: 'sheet', href: url('/gto/issue', {class: klass.id, xlsx: true}), download: ''}]}),
];

const grid = (ctx, rows) => table({caption: t('gto.title'), hideCaption: true, rows, columns: [
  {name: 'name', label: t('gto.pupil'), head: true, cell: (r) => h('a', {href: `/pupils/${r.pupil}/gto`}, r.name)},
  {name: 'level', label: t('gto.level_short')},
  {name: 'marks', label: t('gto.qualities'), cell: (r) => (r.marks ? marks(r.marks) : '')},
  {name: 'badge', label: t('gto.by_results'), cell: (r) => (r.badge ? medal(r.badge) : '')},
  {name: 'awarded', label: t('gto.awarded_short'), cell: (r) => (r.awarded ? medal(r.awarded) : '')},
  {name: 'text', label: t('gto.to_next'), cell: (r) => h('span', {class: 'small'}, r.next && r.results > 0 && h('strong', {}, `${t(`gto.badge_${r.next}`)}: `), r.text || '', r.waiting > 0 && h('span', {class: 'soft'}, ` ${t('gto.wait', {n: r.waiting})}`))},
  {name: 'uin', label: t('gto.uin'), cell: (r) => h('span', {class: 'gto-card'}, h('span', {class: 'small gto-uin'}, r.uin || t('gto.no_uin'), r.admitted_to && h('span', {class: 'soft gto-admitted'}, t('gto.admitted', {date: dateShort(r.admitted_to)}))),
    h('span', {class: 'no-print'}, button({label: t('gto.change', {name: r.name}), icon: 'pencil', kind: 'quiet', only: true, onclick: () => change(ctx, r)})))},
]});

const legend = () => h('ul', {class: 'gto-legend small soft'}, ['gold', 'silver', 'bronze', 'none'].map((b) => h('li', {}, h('span', {class: `gto-dot gto-${b}`, 'aria-hidden': 'true'}, t(`gto.letter_${b}`)), t(`gto.badge_${b}`))), h('li', {}, t('gto.free_legend')));

/* The number and the admission: «допуск есть, до даты», nothing else of health. */
async function change(ctx, row) {
  const card = await get(`/pupils/${row.pupil}`);
  const made = form({usecase: 'gto.set', values: {uin: card.uin || '', admitted_to: card.gto_admitted_to || ''}, fields: [{name: 'uin', help: t('gto.uin_help'), whole: true}, {name: 'admitted_to', help: t('gto.admitted_help'), whole: true}]});
  dialog({title: row.name, body: made.el, actions: [{label: t('ui.cancel')}, {label: t('ui.save'), kind: 'primary', press: async () => {
    const v = made.whole();
    try {
      await send('PATCH', `/gto/pupils/${row.pupil}`, {uin: v.uin || '', ...(v.admitted_to ? {admitted_to: v.admitted_to} : {no_admission: true})});
    } catch (error) {
      if (error.name !== 'ApiError') throw error;
      made.errors([{field: error.field || 'uin', text: error.message}]);
      return false;
    }
    toast(t('ui.saved'));
    ctx.reload();
    return true;
  }}]});
}
