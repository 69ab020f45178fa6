/* «Резервные копии»: the state in words with two large steps, the carriers, every copy. Whoever looks after the machine makes and checks copies here; the
 * director sees how it stands. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {card} from '../../ui/card.js';
import {confirm} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {icon} from '../../ui/icon.js';
import {list, listRow} from '../../ui/list.js';
import {progress} from '../../ui/progress.js';
import {mark, note, pageHead} from '../../ui/state.js';
import {announce, fail, toast} from '../../ui/toast.js';
import {get, send} from '../../api.js';
import {bytes, date, dateTime, t} from '../../i18n.js';

const EVERY = 1500;
const MARKS = {good: ['check', 'good'], unchecked: ['clock', ''], empty: ['minus', ''], overdue: ['clock', 'attention'], damaged: ['warning', 'attention']};
const mayRun = (session) => session.roles.some((r) => r.role === 'sysadmin' || r.duty === 'storage');

export async function view(ctx) {
  ctx.title(t('backups.title'));
  const may = mayRun(ctx.session);
  const main = h('div', {class: 'stack-l'});
  let copies = null;
  const load = async () => {
    const state = await get('/backups/status', null, {signal: ctx.signal});
    main.replaceChildren(...parts(ctx, state, may, again).filter(Boolean));
  };
  const again = async () => { await load(); copies?.refresh(); };
  await load();
  return h('div', {class: 'stack-l'}, pageHead({title: t('backups.title'), lead: t(may ? 'backups.lead' : 'backups.lead_director')}), main,
    h('section', {class: 'stack-s'}, h('h2', {}, t('backups.copies')),
      list(ctx, {path: '/backups', label: t('backups.copies'), ref: (l) => { copies = l; }, empty: {icon: 'archive', title: t('backups.no_copies')},
        row: (c) => listRow({icon: 'archive', title: dateTime(c.at), text: t('backups.copy_line', {number: c.number, place: c.place, size: bytes(c.bytes)}),
          end: h('div', {class: 'row'}, copyMark(c), may && button({label: t('backups.remove'), icon: 'trash', kind: 'quiet', press: () => removeCopy(c, again)}))})})));
}

const copyMark = (c) => {
  if (!c.verified) return mark({label: t('backups.unchecked'), icon: 'clock'});
  return c.faults ? mark({label: t('backups.damaged'), icon: 'warning', kind: 'attention'}) : mark({label: t('backups.checked'), icon: 'check', kind: 'good'});
};

function parts(ctx, state, may, again) {
  return [
    note({icon: state.good ? 'check' : 'warning', attention: !state.good, title: t(state.good ? 'backups.good' : 'backups.todo'), text: state.text}),
    state.erased_text && note({icon: 'trash', attention: true, title: t('backups.erased'), text: state.erased_text}),
    h('ol', {class: 'steps-large'}, step(1, t('backups.step_made'), state.made), step(2, t('backups.step_checked'), state.checked)),
    state.next && h('p', {class: 'soft'}, t('backups.next', {date: date(state.next)})),
    h('section', {class: 'stack'}, h('h2', {}, t('backups.carriers')),
      h('div', {class: 'grid'}, state.carriers.map((c) => carrierCard(ctx, c, may, again))),
      may && addForm(again)),
  ];
}

const step = (n, title, about) => h('li', {class: `step-large${about.good ? ' step-good' : ''}`},
  h('span', {class: 'step-sign', 'aria-hidden': 'true'}, about.good ? icon('check') : String(n)),
  h('div', {class: 'grow'}, h('h2', {}, title), h('p', {class: 'measure'}, about.text)));

function carrierCard(ctx, c, may, again) {
  const [sign, kind] = MARKS[c.state] || MARKS.empty;
  const work = h('div', {});
  const go = (path, values, done) => run(ctx, path, values, work, done, again);
  return card({title: t('backups.carrier', {number: c.number}), attention: kind === 'attention', lines: [t('backups.where', {place: c.place, keeper: c.keeper})],
    marks: [mark({label: c.text, icon: sign, kind})], body: work,
    actions: may && h('div', {class: 'row'},
      button({label: t('backups.run'), icon: 'archive', kind: 'primary', press: () => go('/backups', {to: c.id}, 'backups.run_done')}),
      c.last && button({label: t('backups.verify'), icon: 'shield', press: () => go('/backups/verify', {from: c.id}, 'backups.verify_done')}))});
}

/* Begins the work and shows how far it is; the page may be left, it goes on. */
async function run(ctx, path, values, place, done, again) {
  try {
    const answer = await send('POST', path, values);
    const why = answer?.job && await follow(ctx, answer.job, place);
    toast(why || t(done), {attention: Boolean(why), stay: Boolean(why)});
    await again();
  } catch (error) {
    place.replaceChildren();
    fail(error);
  }
}

/* → what went wrong in words, or nothing. */

async function follow(ctx, id, place) {
  const bar = progress({label: t('backups.working')});
  place.replaceChildren(h('div', {class: 'stack-s'}, bar.el, button({label: t('backups.stop'), icon: 'stop', kind: 'quiet', press: () => send('POST', `/jobs/${id}/cancel`).catch(fail)})));
  announce(t('backups.working'));
  for (;;) {
    const job = await get(`/jobs/${id}`, null, {signal: ctx.signal});
    if (job.state === 'done') { place.replaceChildren(); return null; }
    if (job.state === 'failed' || job.state === 'cancelled') {
      place.replaceChildren();
      return job.error?.message || t(`backups.${job.state}`);
    }
    bar.set(job.total ? job.done / job.total : null);
    await new Promise((resolve) => { setTimeout(resolve, EVERY); });
    if (ctx.signal.aborted) throw new DOMException('left', 'AbortError');
  }
}

async function removeCopy(c, again) {
  const agreed = await confirm({title: t('backups.remove_title'), text: t('backups.remove_text', {date: dateTime(c.at), number: c.number}), action: t('backups.remove')});
  if (!agreed) return;
  try { await send('DELETE', `/backups/${c.id}`); await again(); } catch (error) { fail(error); }
}

function addForm(again) {
  const fields = form({usecase: 'carrier.add', submit: t('backups.add'), kind: '',
    fields: ['number', 'place', 'keeper', {name: 'folder', help: t('backups.folder_help')}, {name: 'keep', help: t('backups.keep_help')}],
    send: async (values) => { await send('POST', '/carriers', values); toast(t('backups.added')); await again(); }});
  return h('details', {class: 'more-fields'}, h('summary', {}, icon('chevron-down'), t('backups.add_title')), fields.el);
}
