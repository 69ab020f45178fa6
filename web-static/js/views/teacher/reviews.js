/* Reviews about pupils of the class, and asking for one. */
import {all, list as ask, send, url} from '../../api.js';
import {date, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {list} from '../../ui/list.js';
import {word, words} from '../../ui/meta.js';
import {mark, pageHead} from '../../ui/state.js';
import {chosenClass, classesOf, sorted} from '../../ui/teacher.js';
import {toast} from '../../ui/toast.js';

const KIND = {given: {kind: 'good', icon: 'check'}, asked: {icon: 'clock'}, declined: {kind: 'draft', icon: 'close'}, retracted: {kind: 'draft', icon: 'undo'}};

export async function view(ctx) {
  ctx.title(t('reviews.title'));
  let api = null;
  const mine = (r) => r.asked_of === ctx.session.id && r.state === 'asked';
  const el = list(ctx, {path: '/reviews', label: t('reviews.title'), ref: (a) => { api = a; },
    filters: [{name: 'state', type: 'enum', as: 'chips', label: t('reviews.state'), options: words('review_state')}],
    excel: (values) => url('/reviews', {...values, xlsx: true}), print: true,
    empty: {icon: 'chat', title: t('reviews.empty'), text: t('reviews.empty_text')},
    row: (r) => h('article', {class: 'review-row'}, h('div', {class: 'row row-apart'}, h('strong', {}, h('a', {href: `/pupils/${r.pupil}`}, r.pupil_name)), mark({label: word('review_state', r.state), ...KIND[r.state]})),
      h('p', {class: 'small soft'}, [word('review_kind', r.kind), r.entry_title, date(r.changed)].filter(Boolean).join(' · ')), r.text && h('p', {class: 'measure'}, r.text),
      mine(r) && h('div', {class: 'row'}, button({label: t('reviews.write'), icon: 'pencil', kind: 'primary', onclick: () => write(r, api)}), button({label: t('reviews.decline'), kind: 'quiet', press: async () => { await send('POST', `/reviews/${r.id}/decline`); api.refresh(); }}))),
  });
  return h('div', {}, pageHead({title: t('reviews.title'), lead: t('reviews.lead'), actions: button({label: t('reviews.ask'), icon: 'chat', kind: 'primary', press: () => askFor(ctx, api)})}), el);
}

function write(r, api) {
  const made = form({usecase: 'review.give', fields: [{name: 'text', rows: 8, label: t('reviews.text')}]});
  dialog({title: t('reviews.write_of', {name: r.pupil_name}), body: made.el, actions: [{label: t('ui.cancel')}, {label: t('ui.send'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    await send('POST', `/reviews/${r.id}/give`, made.values());
    toast(t('reviews.given'));
    api.refresh();
    return true;
  }}]});
}

async function askFor(ctx, api) {
  const klass = chosenClass(ctx, await classesOf(ctx));
  const pupils = klass ? sorted((await all('/pupils', {class: klass.id})).map((p) => ({id: p.id, name: [p.surname, p.name].filter(Boolean).join(' ')}))) : [];
  const box = h('div', {});
  const first = form({fields: [{name: 'pupil', type: 'enum', label: t('class.pupil'), options: pupils.map((p) => ({value: p.id, label: p.name})), required: true, onchange: async (v) => {
    const people = v ? (await ask('/reviews/whom', {pupil: v}).catch(() => ({items: []}))).items : [];
    second = form({fields: [{name: 'of', type: 'enum', label: t('reviews.of'), required: true, options: people.map((p) => ({value: p.person, label: [p.name, p.subject].filter(Boolean).join(' · ')}))},
      {name: 'kind', type: 'enum', as: 'segments', label: t('reviews.kind'), value: 'review', options: words('review_kind')}]});
    box.replaceChildren(second.el);
  }}]});
  let second = null;
  dialog({title: t('reviews.ask'), body: [first.el, box], actions: [{label: t('ui.cancel')}, {label: t('reviews.ask_do'), kind: 'primary', press: async () => {
    if (!first.check() || !second?.check()) return false;
    await send('POST', '/reviews/ask', {...first.values(), ...second.values()});
    toast(t('reviews.asked'));
    api.refresh();
    return true;
  }}]});
}
