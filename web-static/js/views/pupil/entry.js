/* One entry: its document, state and reason, facts, steps, reviews, history with what changed. */
import {get, list, send} from '../../api.js';
import {date, dateTime, has, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {ask, confirm, dialog} from '../../ui/dialog.js';
import {diff} from '../../ui/diff.js';
import {cap, entryFacts, filesCount, labelOf, medal, pagesOf, valueText} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {menu} from '../../ui/menu.js';
import {word, words} from '../../ui/meta.js';
import {entryMarks, mark, note} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';
import {viewer} from '../../ui/viewer.js';
import {icon} from '../../ui/icon.js';

export async function view(ctx) {
  const entry = await get(`/entries/${ctx.params.id}`, null, {signal: ctx.signal});
  ctx.title(entry.title || t('entry.untitled'));
  const own = entry.pupil === ctx.session.id;
  const [pages, reviews, history] = await Promise.all([pagesOf(entry, {signal: ctx.signal}),
    list('/reviews', {entry: entry.id}, {signal: ctx.signal}).catch(() => ({items: []})), list(`/entries/${entry.id}/history`, null, {signal: ctx.signal}).catch(() => ({items: []}))]);
  const home = own ? '/portfolio' : `/pupils/${entry.pupil}`;
  return h('div', {class: 'entry-page-view'}, h('a', {class: 'back no-print', href: home}, icon('chevron-left'), t(own ? 'portfolio.title' : 'entry.to_portfolio')),
    h('div', {class: 'entry-head'}, h('h1', {tabindex: '-1'}, entry.title || t('entry.untitled')), h('div', {class: 'row'}, entryMarks(entry, word), medal(entry), entry.significant && mark({label: t('entry.significant'), icon: 'star', kind: 'good'}))),
    h('div', {class: 'entry-body'}, filesCount(entry) > 0 && viewer({pages}).el,
      h('div', {class: 'stack'}, notes(ctx, entry), actions(ctx, entry), entryFacts(entry), verifiedBy(entry), reviewList(ctx, entry, reviews.items, own), past(ctx, entry, history.items))));
}

/* --- what it is about now --- */

function notes(ctx, e) {
  const out = [];
  if (e.state === 'returned') out.push(note({attention: true, icon: 'return', title: t('entry.returned'), text: e.returned?.reason}));
  if (e.state === 'submitted') out.push(note({icon: 'clock', text: t(e.verified_revision ? 'entry.submitted_again' : 'entry.submitted')}));
  if (e.state === 'draft') out.push(note({icon: 'pencil', text: t('entry.draft')}));
  if (e.dispute) out.push(disputeNote(e.dispute));
  if (e.hidden) out.push(note({icon: 'eye-off', text: t('entry.hidden')}));
  return out;
}

function disputeNote(d) {
  if (!d.answer) return note({attention: true, icon: 'flag', title: t('dispute.open'), text: t('dispute.open_text', {text: d.text, due: date(d.due)})});
  return note({icon: 'flag', title: t('dispute.answered', {outcome: word('dispute_outcome', d.answer.outcome)}), text: d.answer.text});
}

function verifiedBy(e) {
  if (!e.verification) return null;
  return h('p', {class: 'small soft'}, t('entry.verified', {date: date(e.verification.at), how: word('verification_act', e.verification.act)}));
}

/* --- steps: the one that matters as a button, the others in the menu --- */

function actions(ctx, e) {
  const may = new Set(e.steps || []);
  const act = (verb, values, said) => send('POST', `/entries/${e.id}/${verb}`, values || {}, {revision: e.revision}).then(() => { toast(said); return ctx.reload(); });
  const main = [];
  if (may.has('submit')) main.push(button({label: t('entry.submit'), icon: 'send', kind: 'primary', press: () => act('submit', {}, t('entry.submit_done')).catch(fail)}));
  if (may.has('edit') || may.has('edit_draft')) main.push(button({label: t(e.state === 'returned' ? 'portfolio.mend' : 'ui.edit'), icon: 'pencil', kind: e.state === 'returned' ? 'primary' : '', href: `/entries/${e.id}/edit`}));
  const rest = [];
  const own = e.pupil === ctx.session.id || (ctx.session.children || []).some((c) => c.pupil === e.pupil);
  if (may.has('mask') && hasPictures(e)) rest.push({label: t('entry.public'), icon: 'eye', href: `/entries/${e.id}/public`});
  if (own && e.state !== 'draft') rest.push({label: t('review.ask'), icon: 'chat', press: () => askReview(ctx, e)});
  if (own && e.state === 'verified') rest.push({label: t(e.significant ? 'entry.unselect' : 'entry.select'), icon: 'star', press: () => select(ctx, e).catch(fail)});
  if (e.pupil === ctx.session.id && filesCount(e) > 0) rest.push({label: t('entry.cover'), icon: 'image', press: () => cover(e).catch(fail)});
  if (may.has('dispute')) rest.push({label: t('dispute.do'), icon: 'flag', press: () => dispute(ctx, e)});
  if (e.activity === 'olympiad' && /^(?!0000)\d{12}$/.test(e.document?.number || '')) rest.push({label: t('entry.hash'), icon: 'search', press: () => hash(e).catch(fail)});
  if (may.has('hide')) rest.push({label: t('entry.hide'), icon: 'eye-off', press: () => hide(act).catch(fail)});
  if (may.has('unhide')) rest.push({label: t('entry.unhide'), icon: 'eye', press: () => act('hide', {undo: true}, t('entry.unhide_done')).catch(fail)});
  if (may.has('withdraw')) rest.push({label: t('entry.withdraw'), icon: 'trash', press: () => withdraw(ctx, e)});
  if (!main.length && !rest.length) return null;
  return h('div', {class: 'row no-print'}, main, rest.length > 0 && menu({label: t('entry.more'), icon: 'more', only: false, items: rest}));
}

const hasPictures = (e) => (e.files || []).some((f) => /^image\/|pdf/.test(f.type || ''));

async function select(ctx, e) {
  await send('POST', `/pupils/${e.pupil}/portfolio/select`, {entry: [e.id], ...(e.significant ? {undo: true} : {})});
  toast(t(e.significant ? 'entry.unselected' : 'entry.selected'));
  await ctx.reload();
}

async function cover(e) {
  await send('POST', `/pupils/${e.pupil}/portfolio/arrange`, {cover: `entry:${e.id}`});
  toast(t('entry.cover_done'));
}

/* The key under which the ministry's base has the diplomas of a person: shown for looking by hand, sent nowhere. */
async function hash(e) {
  const {hashes} = await get('/olympiads/hash', {pupil: e.pupil});
  dialog({title: t('entry.hash'), wide: true, body: [h('p', {}, t('entry.hash_text', {code: e.document.number})), h('ul', {class: 'hashes'}, hashes.map((x) => h('li', {}, h('div', {class: x.own ? '' : 'soft'}, x.spelling), h('code', {class: 'small'}, x.sha256))))],
    actions: [{label: t('ui.close'), kind: 'primary'}]});
}

async function hide(act) {
  if (await confirm({title: t('entry.hide'), text: t('entry.hide_text'), action: t('entry.hide_do')})) await act('hide', {}, t('entry.hide_done'));
}

async function withdraw(ctx, e) {
  const press = () => send('POST', `/entries/${e.id}/withdraw`, {}, {revision: e.revision});
  if (!(await confirm({title: t('entry.withdraw'), text: t(e.verification ? 'entry.withdraw_verified' : 'entry.withdraw_text'), action: t('entry.withdraw_do'), danger: true, press}))) return;
  toast(t('entry.withdraw_done'));
  ctx.go(e.pupil === ctx.session.id ? '/portfolio' : `/pupils/${e.pupil}`, {replace: true});
}

function dispute(ctx, e) {
  const made = form({usecase: 'entry.dispute', fields: [{name: 'kind', as: 'segments', required: true, label: t('dispute.kind'), whole: true}, {name: 'text', required: true, label: t('dispute.text'), help: t('dispute.help'), whole: true}]});
  dialog({title: t('dispute.do'), body: [h('p', {}, t('dispute.lead')), made.el], actions: [{label: t('ui.cancel')}, {label: t('dispute.send'), kind: 'primary', press: () => sendForm(made, async (v) => {
    await send('POST', `/entries/${e.id}/dispute`, v, {revision: e.revision});
    toast(t('dispute.sent'));
    ctx.reload();
  })}]});
}

/* Sends what a form in a dialog holds; false keeps the dialog open, refusals stand in the form. */
async function sendForm(made, work) {
  if (!made.check()) return false;
  try {
    await work(made.values());
    return true;
  } catch (error) {
    if (error.name !== 'ApiError') throw error;
    made.errors([{field: error.field, text: error.message}]);
    return false;
  }
}

async function askReview(ctx, e) {
  const {items} = await list('/reviews/whom', {pupil: e.pupil}, {signal: ctx.signal}).catch((error) => { fail(error); return {items: null}; });
  if (!items) return;
  if (!items.length) { toast(t('review.nobody'), {attention: true}); return; }
  const options = items.map((p) => ({value: p.person, label: [p.name || t('review.guardian'), p.subject || (p.as !== 'guardian' && p.as && word('role', p.as))].filter(Boolean).join(' · ')}));
  const made = form({usecase: 'review.ask', fields: [{name: 'of', type: 'enum', options, required: true, label: t('review.of'), whole: true},
    {name: 'kind', type: 'enum', as: 'segments', options: words('review_kind').filter((w) => w.value !== 'thanks'), value: 'review', label: t('review.kind'), whole: true},
    {name: 'note', type: 'lines', max: 500, rows: 3, label: t('review.note'), help: t('review.note_help'), whole: true}]});
  dialog({title: t('review.ask'), body: made.el, actions: [{label: t('ui.cancel')}, {label: t('review.ask_do'), kind: 'primary', press: () => sendForm(made, async (v) => {
    await send('POST', '/reviews/ask', {...v, pupil: e.pupil, entry: e.id});
    toast(t('review.asked'));
  })}]});
}

/* --- reviews and history --- */

function reviewList(ctx, e, items, own) {
  const given = items.filter((r) => r.state === 'given');
  const asked = items.filter((r) => r.state === 'asked');
  if (!given.length && !asked.length) return null;
  return h('section', {class: 'stack'}, h('h2', {}, t('review.title')), given.map((r) => h('blockquote', {class: 'review'}, h('p', {}, r.text), h('footer', {class: 'small soft'}, [cap(word('review_kind', r.kind)), word('source', r.by_kind), r.by_name].filter(Boolean).join(' · ')))),
    own && asked.map(() => h('p', {class: 'small soft'}, t('review.waiting'))));
}

function past(ctx, e, items) {
  if (!items.length) return null;
  const revisions = [...new Set(items.map((i) => i.revision))];
  const row = (i) => h('li', {class: 'past-row'}, h('span', {class: 'small soft'}, dateTime(i.at)), h('span', {}, said(i), ' ', i.actor === ctx.session.id ? h('span', {class: 'soft'}, t('history.you')) : null),
    i.returned?.reason && i.state === 'returned' && h('span', {class: 'reason'}, i.returned.reason),
    ['entry.edit', 'file.remove', 'file.add'].includes(i.use_case) && i.revision > 1 && changes(ctx, e, i.revision));
  return h('details', {class: 'more-fields'}, h('summary', {}, icon('history'), t('history.title', {n: revisions.length})), h('ol', {class: 'past'}, items.map(row)));
}

function changes(ctx, e, revision) {
  const box = h('div', {});
  const open = button({label: t('history.changes'), kind: 'quiet', press: async () => {
    try {
      const got = await get(`/entries/${e.id}/diff`, {from: revision - 1, to: revision}, {signal: ctx.signal});
      box.replaceChildren(diff(got.changes, {label: labelOf, value: (f, v) => valueText(f, v)}));
    } catch (error) { fail(error); }
  }});
  box.append(open);
  return box;
}

function said(i) {
  const id = `history.${String(i.use_case).replace('.', '_')}`;
  return t(has(id) ? id : 'history.other');
}
