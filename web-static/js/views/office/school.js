/* «Школа»: the year beside the last one, what waits and with whom. Figures of records; pupils are not compared. */
import {h} from '../../ui/h.js';
import {barChart} from '../../ui/chart.js';
import {chips} from '../../ui/chips.js';
import {table} from '../../ui/table.js';
import {button} from '../../ui/button.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {get} from '../../api.js';
import {compare, dateShort, number, t, year as yearText} from '../../i18n.js';

const SIDES = [['level', 'level'], ['section', 'section'], ['activity', 'activity'], ['result', 'result']];

function rowsOf(list, set) {
  const rows = list.filter((r) => r.value).map((r) => ({label: set ? word(set, r.value) : r.value, value: r.count, before: r.before}));
  return set ? rows : rows.sort((a, b) => compare(a.label, b.label));
}

function figure(report, side, set, title) {
  const rows = rowsOf(report[side], set);
  if (!rows.length) return null;
  return h('section', {class: 'panel stack'}, h('h2', {}, title),
    barChart({title, heading: title, rows, now: yearText(report.year), before: yearText(report.year - 1)}));
}

function waiting(report) {
  const rows = [...report.waiting].sort((a, b) => a.since.localeCompare(b.since));
  if (!rows.length) return note({icon: 'check', title: t('school.nothing_waits'), text: t('school.nothing_waits_text')});
  return table({caption: t('school.waiting'), hideCaption: true, rows, columns: [
    {name: 'class_name', label: t('school.class'), head: true, cell: (r) => r.class_name || t('school.no_class')},
    {name: 'teachers', label: t('school.with_whom'), cell: (r) => (r.teachers || []).join(', ') || t('school.nobody')},
    {name: 'count', label: t('school.waits'), num: true, cell: (r) => number(r.count)},
    {name: 'over_week', label: t('school.over_week'), num: true, cell: (r) => (r.over_week ? mark({label: number(r.over_week), icon: 'clock', kind: 'attention'}) : '')},
    {name: 'since', label: t('school.since'), cell: (r) => dateShort(r.since)},
  ]});
}

export async function view(ctx) {
  ctx.title(t('school.title'));
  const asked = Number(ctx.query.get('year')) || undefined;
  const report = await get('/reports/school', {year: asked}, {signal: ctx.signal});
  const now = ctx.session.year;
  const years = [now, now - 1, now - 2].map((y) => ({value: String(y), label: yearText(y)}));
  const late = report.disputes.late > 0;
  return h('div', {class: 'stack-l'},
    pageHead({title: t('school.title'), lead: t('school.lead', {n: report.count, before: number(report.before)}),
      actions: button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => window.print()})}),
    h('div', {class: 'no-print'}, chips({label: t('school.year'), options: years, value: String(report.year), must: true, onchange: (y) => ctx.go(`/school?year=${y}`)})),
    report.disputes.open > 0 && note({icon: 'flag', attention: late, title: t('school.disputes', {n: report.disputes.open}),
      text: late ? t('school.disputes_late', {n: report.disputes.late}) : t('school.disputes_text'),
      actions: button({label: t('school.disputes_open'), href: '/disputes', kind: 'quiet'})}),
    h('section', {class: 'stack'}, h('h2', {}, t('school.waiting')), waiting(report)),
    report.count + report.before === 0
      ? empty({icon: 'chart', title: t('school.no_figures'), text: t('school.no_figures_text')})
      : h('div', {class: 'figures'}, SIDES.map(([side, set]) => figure(report, side, set, t(`school.by_${side}`))), figure(report, 'class', null, t('school.by_class'))));
}
