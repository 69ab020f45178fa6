/* Around results of olympiads: the participant's statement (who lacks it, the paper, what was handed in, the list for the organiser) and, for those who import
 * results of the whole school, the list of events for gifted pupils. Used by class teachers and the office alike. */
import {all, get, send, url} from '../../api.js';
import {date, dateShort, number, t, year as yearText} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word} from '../../ui/meta.js';
import {empty, mark, pageHead} from '../../ui/state.js';
import {table} from '../../ui/table.js';
import {chosenClass, classHead, classesOf, sorted} from '../../ui/teacher.js';
import {fail, toast} from '../../ui/toast.js';

const ofWholeSchool = (session) => session.roles.some((r) => ['director', 'deputy_head'].includes(r.role) || (r.role === 'duty' && r.duty === 'olympiads'));

export async function view(ctx) {
  ctx.title(t('olympiads.title'));
  const classes = await classesOf(ctx);
  const klass = chosenClass(ctx, classes);
  const office = ofWholeSchool(ctx.session);
  const [rows, events] = await Promise.all([klass ? all('/olympiads/statements', {class: klass.id}, {signal: ctx.signal}) : [],
    office ? get('/olympiads/events', null, {signal: ctx.signal}) : null]);
  const heading = office ? h('div', {class: 'stack-s no-print'}, classes.length > 1 && chips({label: t('olympiads.class'), must: true, options: classes.map((c) => ({value: c.id, label: c.name})), value: klass?.id,
    onchange: (v) => { ctx.setQuery({class: v}); ctx.query.set('class', v); ctx.reload(); }})) : classHead(ctx, classes, klass);
  return h('div', {class: 'stack-l'}, pageHead({title: t('olympiads.title'), lead: t('olympiads.lead', {year: yearText(ctx.session.year)}), actions: klass && [
    button({label: t('olympiads.form'), icon: 'print', href: url('/olympiads/form', {class: klass.id}), download: ''}),
    button({label: t('olympiads.organiser'), icon: 'sheet', kind: 'quiet', href: url('/olympiads/statements', {complete: true, xlsx: true, ...(office ? {} : {class: klass.id})}), download: ''})]}),
  heading,
  klass ? statements(ctx, klass, sorted(rows, 'pupil_name')) : empty({icon: 'people', title: t('olympiads.no_class')}),
  events && eventList(ctx, events));
}

/* --- statements --- */

const yes = (v, more) => (v ? h('span', {class: 'row'}, mark({label: t('ui.yes'), kind: 'good', icon: 'check'}), more && h('span', {class: 'small soft'}, more)) : h('span', {class: 'row'}, mark({label: t('olympiads.lacks'), kind: 'attention', icon: 'minus'})));

function statements(ctx, klass, rows) {
  const lacking = rows.filter((r) => !r.rules || !r.publication);
  const place = h('div', {});
  const picked = new Set();
  const given = button({label: t('olympiads.given'), icon: 'check', kind: 'primary', onclick: () => enter(ctx, rows.filter((r) => picked.has(r.pupil)))});
  const tools = h('div', {class: 'row no-print'});
  const drawTools = () => tools.replaceChildren(...[picked.size > 0 && h('span', {class: 'number', role: 'status'}, t('list.selected', {n: picked.size})), picked.size > 0 && given].filter(Boolean));
  function draw(only) {
    const shown = only ? lacking : rows;
    place.replaceChildren(shown.length ? table({caption: t('olympiads.caption', {name: klass.name}), hideCaption: true, rows: shown, columns: [
      {name: 'pick', label: t('olympiads.pick'), cell: (r) => h('label', {class: 'tick'}, h('input', {type: 'checkbox', checked: picked.has(r.pupil), 'aria-label': t('olympiads.pick_of', {name: r.pupil_name}),
        onchange: (e) => { e.target.checked ? picked.add(r.pupil) : picked.delete(r.pupil); drawTools(); }}))},
      {name: 'pupil_name', label: t('olympiads.pupil'), head: true, cell: (r) => h('a', {href: `/pupils/${r.pupil}`}, r.pupil_name)},
      {name: 'rules', label: t('olympiads.rules'), cell: (r) => yes(r.rules, r.signed && dateShort(r.signed))},
      {name: 'publication', label: t('olympiads.publication'), cell: (r) => yes(r.publication)}]})
      : empty({icon: 'check', title: only ? t('olympiads.nobody_lacks') : t('olympiads.nobody')}));
  }
  draw(false);
  return h('section', {class: 'stack'}, h('h2', {}, t('olympiads.statements', {name: klass.name})), h('p', {class: 'soft measure'}, t('olympiads.statements_text')),
    rows.length > 0 && chips({label: t('olympiads.show'), value: '', options: [{value: 'lacking', label: t('olympiads.lacking'), count: number(lacking.length)}], onchange: (v) => draw(v === 'lacking')}),
    tools, place);
}

function enter(ctx, rows) {
  const made = form({usecase: 'olympiad.enter', fields: [{name: 'signed', required: true, value: ctx.session.today}, {name: 'who', value: 'guardian'}]});
  dialog({title: t('olympiads.given'), body: [h('p', {}, rows.map((r) => r.pupil_name).join(', ')), made.el], actions: [{label: t('ui.cancel')}, {label: t('ui.save'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    try {
      await send('POST', '/olympiads/statements', {...made.values(), pupil: rows.map((r) => r.pupil)});
    } catch (error) {
      if (error.name !== 'ApiError') throw error;
      made.errors([{field: error.field, text: error.message}]);
      return false;
    }
    toast(t('ui.saved'));
    ctx.reload();
    return true;
  }}]}).result.catch(fail);
}

/* --- events for gifted pupils --- */

const lineOf = (e) => (e.level ? `${e.title} | ${word('level', e.level)}` : e.title);
const holds = (e) => (e.to ? t('olympiads.holds', {from: date(e.from), to: date(e.to)}) : t('olympiads.holds_from', {from: date(e.from)}));

function eventList(ctx, doc) {
  const some = doc.edition && doc.events.length;
  return h('section', {class: 'stack'}, h('div', {class: 'row row-apart'}, h('h2', {}, t('olympiads.events')), button({label: some ? t('olympiads.events_change') : t('olympiads.events_set'), icon: 'pencil', onclick: () => setEvents(ctx, doc)})),
    h('p', {class: 'soft measure'}, t('olympiads.events_text')),
    some ? h('div', {class: 'stack-s'}, h('p', {}, h('strong', {}, doc.edition), ` · ${doc.source} · ${holds(doc)}`),
      h('details', {}, h('summary', {}, t('olympiads.events_count', {n: doc.events.length})), h('ul', {}, doc.events.map((e) => h('li', {}, lineOf(e))))),
      (doc.earlier || []).map((e) => h('p', {class: 'small soft'}, t('olympiads.earlier', {edition: e.edition, holds: holds(e), n: e.events.length}))))
      : empty({icon: 'files', title: t('olympiads.events_none'), text: t('olympiads.events_none_text')}));
}

function setEvents(ctx, doc) {
  const made = form({usecase: 'olympiad.events_set', values: {edition: doc.edition, source: doc.source, from: doc.from, to: doc.to, events: doc.events.map(lineOf).join('\n')},
    fields: [{name: 'edition', required: true, help: t('olympiads.edition_help')}, {name: 'source', required: true}, {name: 'from', required: true}, 'to', {name: 'events', required: true}]});
  dialog({title: t('olympiads.events'), wide: true, body: made.el, actions: [{label: t('ui.cancel')}, {label: t('ui.save'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    try {
      await send('POST', '/olympiads/events', made.values());
    } catch (error) {
      if (error.name !== 'ApiError') throw error;
      made.errors([{field: error.field, text: error.message}]);
      return false;
    }
    toast(t('ui.saved'));
    ctx.reload();
    return true;
  }}]}).result.catch(fail);
}
