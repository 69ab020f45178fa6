/* One event for many pupils: tick the children, one result for all, exceptions by row, closed in one step. */
import {all, get, send, sendFiles} from '../../api.js';
import {date, load, t} from '../../i18n.js';
import {button, busy} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {cap} from '../../ui/entry.js';
import {field} from '../../ui/field.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word, words} from '../../ui/meta.js';
import {filePicker} from '../../ui/picker.js';
import {mark, note, pageHead} from '../../ui/state.js';
import {classesOf, sorted} from '../../ui/teacher.js';
import {fail, toast} from '../../ui/toast.js';

const RESULTS = ['winner', 'prize_winner', 'laureate', 'diploma_holder', 'finalist', 'special_prize', 'participant', 'completed'];
const nameOf = (p) => [p.surname, p.name].filter(Boolean).join(' ');
const results = () => words('result').filter((w) => RESULTS.includes(w.value)).map((w) => ({...w, label: cap(w.label)}));

export async function view(ctx) {
  await load('pupil');
  return ctx.params.id === 'new' ? fresh(ctx) : existing(ctx);
}

/* --- ticking --- */

/* Rows of pupils with a tick and, where it differs, an own result; `chosen` is kept over changes of the class. */
function picker(ctx, classes, {chosen}) {
  const box = h('div', {class: 'pick'});
  const count = h('p', {class: 'number', role: 'status'});
  const common = field({name: 'result', type: 'enum', as: 'segments', label: t('event.result_all'), options: results(), value: 'participant', required: true, onchange: () => draw()});
  const klass = field({name: 'class', type: 'enum', label: t('event.class'), options: classes.map((c) => ({value: c.id, label: c.name})), value: classes[0]?.id, none: '', onchange: () => pull()});
  let pupils = [];
  async function pull() {
    try { pupils = sorted((await all('/pupils', {class: klass.get()}, {signal: ctx.signal})).map((p) => ({...p, label: nameOf(p)})), 'label'); draw(); } catch (error) { fail(error); }
  }
  function tick(p, on) {
    on ? chosen.set(p.id, chosen.get(p.id) || {name: p.label}) : chosen.delete(p.id);
    count.textContent = t('event.chosen', {n: chosen.size});
  }
  function draw() {
    count.textContent = t('event.chosen', {n: chosen.size});
    box.replaceChildren(h('label', {class: 'tick pick-all'}, h('input', {type: 'checkbox', checked: pupils.length > 0 && pupils.every((p) => chosen.has(p.id)), onchange: (e) => { pupils.forEach((p) => tick(p, e.target.checked)); draw(); }}), h('strong', {}, t('event.everybody'))),
      h('ul', {class: 'pick-list'}, pupils.map(row)));
  }
  function row(p) {
    const mine = chosen.get(p.id);
    const own = h('select', {class: 'input pick-own', disabled: !mine, 'aria-label': t('event.own_result', {name: p.label}), onchange: (e) => { chosen.get(p.id).result = e.target.value || undefined; }},
      h('option', {value: ''}, t('event.as_all', {result: word('result', common.get() || 'participant')})), results().map((w) => h('option', {value: w.value, selected: mine?.result === w.value}, w.label)));
    const box2 = h('input', {type: 'checkbox', checked: Boolean(mine), onchange: (e) => { tick(p, e.target.checked); own.disabled = !e.target.checked; }});
    return h('li', {class: 'pick-row'}, h('label', {class: 'tick grow'}, box2, h('span', {}, p.label)), own);
  }
  pull();
  return {el: h('div', {class: 'stack'}, common.el, classes.length > 1 && klass.el, count, box), result: () => common.get() || 'participant'};
}

/* One call a distinct result. */
async function putParticipants(id, chosen, result) {
  const groups = new Map();
  for (const [pupil, p] of chosen) {
    const r = p.result || result;
    groups.set(r, [...(groups.get(r) || []), pupil]);
  }
  for (const [r, pupil] of groups) await send('POST', `/events/${id}/participants`, {pupil, result: r});
}

async function fresh(ctx) {
  ctx.title(t('event.new'));
  const classes = await classesOf(ctx);
  const chosen = new Map();
  const pick = picker(ctx, classes, {chosen});
  const files = filePicker({max: 5});
  const made = form({usecase: 'event.add', fields: [{name: 'title', whole: true}, {name: 'activity'}, {name: 'level'}, {name: 'from', label: t('event.date'), value: ctx.session.today}, {name: 'organiser', whole: true}],
    more: {label: t('event.more'), fields: ['to', 'stage', 'format', 'participation', 'section', 'subject', 'description']}});
  const wrong = h('div', {role: 'alert'});
  const finish = async (close) => {
    wrong.replaceChildren();
    if (!made.check()) return;
    if (!chosen.size) { wrong.replaceChildren(note({attention: true, icon: 'warning', text: t('event.nobody')})); return; }
    let event = null;
    try {
      event = await sendFiles('POST', '/events', made.values(), {file: files.files()});
      await putParticipants(event.id, chosen, pick.result());
      if (close) await send('POST', `/events/${event.id}/close`);
      toast(close ? t('event.closed', {n: chosen.size}) : t('event.kept'));
      ctx.go(`/events/${event.id}`, {replace: true});
    } catch (error) {
      if (event) { fail(error); ctx.go(`/events/${event.id}`, {replace: true}); return; }
      made.errors([{field: error.field, text: error.message}]);
    }
  };
  const go = button({label: t('event.close'), icon: 'check', kind: 'primary', large: true, onclick: () => busy(go, () => finish(true))});
  const keep = button({label: t('event.keep'), large: true, onclick: () => busy(keep, () => finish(false))});
  return h('div', {}, pageHead({title: t('event.new'), lead: t('event.new_lead'), back: {href: '/events', label: t('events.title')}}),
    h('div', {class: 'event-two'}, h('section', {class: 'stack'}, h('h2', {}, t('event.about')), made.el, h('h3', {}, t('event.files')), files.el), h('section', {class: 'stack'}, h('h2', {}, t('event.who')), pick.el)),
    wrong, h('div', {class: 'act-bar'}, go, keep));
}

async function existing(ctx) {
  const event = await get(`/events/${ctx.params.id}`, null, {signal: ctx.signal});
  ctx.title(event.title);
  const open = event.state === 'open';
  const people = event.participants || [];
  const names = new Map((await Promise.all([...new Set(people.map((p) => p.pupil))].map((id) => get(`/pupils/${id}`, null, {signal: ctx.signal}).catch(() => null)))).filter(Boolean).map((p) => [p.id, nameOf(p)]));
  const act = (verb, said, ask) => async () => {
    if (ask && !await confirm(ask)) return;
    try { await send('POST', `/events/${event.id}/${verb}`); toast(said); ctx.reload(); } catch (error) { fail(error); }
  };
  return h('div', {}, pageHead({title: event.title, back: {href: '/events', label: t('events.title')}, actions: [
    open && people.length > 0 && button({label: t('event.close'), icon: 'check', kind: 'primary', press: act('close', t('event.closed', {n: people.length}))}),
    !open && button({label: t('event.undo'), icon: 'undo', kind: 'quiet', press: act('undo', t('event.undone'), {title: t('event.undo'), text: t('event.undo_text', {n: people.length}), action: t('event.undo'), danger: true})}),
    button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => window.print()})]}),
  h('div', {class: 'row'}, mark({label: word('event_state', event.state), icon: open ? 'pencil' : 'check', kind: open ? '' : 'good'}), h('span', {class: 'soft'}, [date(event.from), event.level && word('level', event.level), event.organiser].filter(Boolean).join(' · '))),
  h('h2', {}, t('events.participants', {n: people.length})),
  h('ul', {class: 'list'}, people.map((p) => h('li', {class: 'list-row'}, h('div', {class: 'grow'}, names.has(p.pupil) ? h('a', {href: `/pupils/${p.pupil}`}, names.get(p.pupil)) : t('event.another'), h('span', {class: 'soft'}, ` · ${word('result', p.result)}`)),
    open && button({label: t('ui.remove'), icon: 'close', only: true, press: async () => { await send('POST', `/events/${event.id}/participants`, {remove: [p.pupil]}); ctx.reload(); }})))),
  open && await more(ctx, event, people));
}

async function more(ctx, event, people) {
  const chosen = new Map();
  const pick = picker(ctx, await classesOf(ctx), {chosen});
  return h('details', {class: 'more-fields', open: people.length === 0}, h('summary', {}, t('event.add_more')), pick.el,
    button({label: t('ui.add'), icon: 'plus', press: async () => {
      if (!chosen.size) return;
      try { await putParticipants(event.id, chosen, pick.result()); ctx.reload(); } catch (error) { fail(error); }
    }}));
}
