/* Destruction of a portfolio by act: first all that will go and what stays behind, then ground, reason and the number or name once more. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {form} from '../../ui/form.js';
import {note, pageHead} from '../../ui/state.js';
import {send} from '../../api.js';
import {bytes, t} from '../../i18n.js';

const KINDS = ['entry', 'files', 'review', 'consent', 'publication', 'goal', 'skill', 'share'];

const facts = (pairs) => h('dl', {class: 'facts'}, pairs.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
const lines = (title, items) => items.length > 0 && h('section', {class: 'stack-s'}, h('h2', {}, title), h('ul', {class: 'measure'}, items.map((text) => h('li', {}, text))));

function goes(plan) {
  const counted = KINDS.filter((k) => plan.counts[k]).map((k) => [t(`erase.kind.${k}`), k === 'files' ? `${plan.counts[k]} (${bytes(plan.bytes)})` : String(plan.counts[k])]);
  return h('section', {class: 'stack-s'}, h('h2', {}, t('erase.goes')), facts([[t('erase.pupil'), [plan.pupil.name, plan.pupil.class_name].filter(Boolean).join(', ')],
    ...(plan.pupil.number ? [[t('erase.number'), plan.pupil.number]] : []), ...counted]),
  plan.persons.length > 0 && h('p', {class: 'measure'}, t('erase.persons', {names: plan.persons.map((p) => p.name).join(', ')})));
}

const stays = (plan) => lines(t('erase.stays'), [
  ...plan.stay.map((p) => t(`erase.stay.${p.why}`, {name: p.name})),
  ...plan.events.filter((e) => e.files).map((e) => t('erase.event_files', {title: e.title, n: e.files})),
  ...plan.backups.map((b) => t('erase.backup', {number: b.number, place: b.place || '', n: b.copies.length})),
  ...plan.beyond.map((b) => t(`erase.beyond.${b}`)),
]);

const also = (plan) => lines(t('erase.also'), [
  ...plan.channels.map((c) => t('erase.channel', {title: c.title})),
  ...plan.waiting.map((w) => t(`erase.waiting.${w.what}`, {n: w.count, name: w.name || w.by || t('erase.waiting.somebody')})),
  t('erase.history'),
]);

function mentions(plan) {
  if (!plan.mentions.length) return null;
  const place = (m) => (m.kind === 'entry' || m.kind === 'verified' ? h('a', {href: `/entries/${m.id}`}, t('erase.mention.entry')) : t('erase.mention.other', {kind: m.kind, id: m.id}));
  return note({icon: 'warning', title: t('erase.mentions', {n: plan.mentions.length}),
    text: h('span', {}, t('erase.mentions_text'), ' ', plan.mentions.slice(0, 20).flatMap((m, i) => [i ? ', ' : '', place(m)]))});
}

function done(act) {
  const left = act.remaining || [];
  return h('div', {class: 'stack-l'}, pageHead({title: t(left.length ? 'erase.accepted' : 'erase.done'), lead: t('erase.act', {id: act.id}), back: {href: '/pupils', label: t('pupils.title')}}),
    left.length > 0 && note({icon: 'clock', title: t('erase.remaining'), text: left.map((r) => t(`erase.step.${r.what}`)).join(', ')}),
    h('p', {class: 'measure'}, t('erase.done_text')),
    lines(t('erase.stays'), act.beyond.map((b) => t(`erase.beyond.${b}`))),
    h('div', {class: 'row'}, button({label: t('erase.acts'), href: '/erasures', icon: 'file'})));
}

export async function view(ctx) {
  const id = ctx.params.pupil;
  const plan = await send('POST', `/pupils/${id}/erase`, {preview: true});
  const page = h('div', {class: 'stack-l'});
  const made = form({usecase: 'pupil.erase', submit: t('erase.do'), kind: 'danger primary', cancel: plan.pupil.emptied ? '/erasures' : `/pupils/${id}`,
    fields: [{name: 'ground', required: true}, {name: 'reason', required: true, help: t('erase.reason_help')},
      {name: 'confirm', required: true, label: t(plan.pupil.number ? 'erase.confirm_number' : 'erase.confirm_name'), help: t('erase.confirm_help', {text: plan.confirm})}],
    send: async (values) => {
      const act = await send('POST', `/pupils/${id}/erase`, values);
      ctx.title(t('erase.done'));
      page.replaceChildren(done(act));
      page.querySelector('h1')?.focus();
    }});
  ctx.title(t('erase.title'));
  page.append(pageHead({title: t('erase.title'), lead: t('erase.lead'), back: {href: `/pupils/${id}`, label: plan.pupil.name}}),
    ...[goes(plan), also(plan), stays(plan), mentions(plan)].filter(Boolean),
    h('section', {class: 'stack-s'}, h('h2', {}, t('erase.confirmation')), note({icon: 'warning', title: t('erase.final'), text: t('erase.final_text')}), made.el));
  return page;
}
