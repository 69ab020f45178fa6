/* Adding in three steps: pictures, what it is, the fields. The draft is kept while one types; sending goes on in the background. */
import {get, list} from '../../api.js';
import {t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {draft as draftAt} from '../../ui/draft.js';
import {ACTIVITY_ICONS, entryFields, kindOf} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {add as append, h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {enqueue} from '../../ui/outbox.js';
import {filePicker} from '../../ui/picker.js';
import {base, isOwn, whose} from '../../ui/portfolio.js';
import {toast} from '../../ui/toast.js';

/* Eight large choices; «другое» opens the rest. */
const CHOICES = ['olympiad', 'contest', 'sport', 'art', 'project', 'course', 'volunteering', 'other'];
const REST = ['festival', 'conference', 'self_government', 'practice', 'exam', 'other'];
const STEPS = ['files', 'kind', 'fields'];

export async function view(ctx) {
  const key = `${ctx.session.account}:${whose(ctx)}`;
  const kept = draftAt(key);
  const draft = {values: {}, files: [], ...(await kept.load())};
  const wanted = STEPS.includes(ctx.query.get('step')) ? ctx.query.get('step') : 'files';
  const step = wanted === 'fields' && !draft.values.activity ? 'kind' : wanted;
  const keep = () => kept.values({values: draft.values});
  const keepFiles = () => kept.files(draft.files);
  const at = `${base(ctx)}/add`;
  const flow = {ctx, draft, kept, keep, keepFiles, to: (name, options) => ctx.go(name === 'files' ? at : `${at}?step=${name}`, options), name: await childName(ctx)};
  const made = await {files: filesStep, kind: kindStep, fields: fieldsStep}[step](flow);
  ctx.title(t('add.page'));
  const n = STEPS.indexOf(step) + 1;
  return h('div', {class: 'adding'}, h('div', {class: 'adding-head'}, h('a', {class: 'back', href: n === 1 ? base(ctx) : n === 2 ? at : `${at}?step=kind`}, icon('chevron-left'), t('ui.back')),
    h('ol', {class: 'steps', 'aria-label': t('add.step', {n, of: 3})}, STEPS.map((s, i) => h('li', {class: i < n && 'on', 'aria-hidden': 'true'})))),
  h('h1', {tabindex: '-1'}, made.title), made.lead && h('p', {class: 'lead'}, made.lead), flow.name && h('p', {class: 'soft'}, t('add.for', {name: flow.name})), made.el);
}

async function childName(ctx) {
  if (isOwn(ctx)) return null;
  const known = (ctx.session.children || []).find((c) => c.pupil === whose(ctx));
  if (known) return known.name;
  const card = await get(`/pupils/${whose(ctx)}`, null, {signal: ctx.signal});
  return [card.name, card.surname].filter(Boolean).join(' ');
}

/* --- 1 --- */

function filesStep({ctx, draft, kept, keepFiles, to}) {
  const next = h('div', {class: 'act-bar'});
  const draw = () => next.replaceChildren(draft.files.length ? button({label: t('ui.next'), kind: 'primary', large: true, wide: true, onclick: () => to('kind')})
    : button({label: t('add.without'), kind: 'quiet', wide: true, onclick: () => to('kind')}));
  const picker = filePicker({files: draft.files, onchange: (files) => { draft.files = files; keepFiles(); draw(); }});
  draw();
  const begun = draft.files.length > 0 || draft.values.title;
  const again = begun && h('div', {class: 'feed-note'}, h('p', {}, t('add.begun')), button({label: t('add.afresh'), kind: 'quiet', onclick: async () => {
    if (!(await confirm({title: t('add.afresh'), text: t('add.afresh_text'), action: t('add.afresh'), danger: true}))) return;
    await kept.drop();
    ctx.reload();
  }}));
  return {title: t('add.files'), lead: t('add.files_lead'), el: h('div', {class: 'stack'}, again, picker.el, next)};
}

/* --- 2 --- */

function kindStep({draft, keep, to}) {
  const choose = async (activity) => {
    if (draft.values.activity !== activity) draft.values = {...draft.values, activity, section: undefined};
    await keep();
    to('fields');
  };
  const choice = (a, label) => h('button', {type: 'button', class: 'choice', 'aria-pressed': String(draft.values.activity === a), onclick: () => choose(a)}, icon(ACTIVITY_ICONS[a]), h('span', {}, label));
  const rest = h('div', {class: 'choices', hidden: true}, REST.map((a) => choice(a, t(`add.kind.${a === 'other' ? 'else' : a}`))));
  const main = h('div', {class: 'choices'}, CHOICES.map((a) => (a === 'other'
    ? h('button', {type: 'button', class: 'choice', 'aria-expanded': 'false', onclick: (e) => { rest.hidden = false; e.currentTarget.setAttribute('aria-expanded', 'true'); rest.querySelector('button').focus(); }}, icon('box'), h('span', {}, t('add.kind.other')))
    : choice(a, t(`add.kind.${a}`)))));
  return {title: t('add.what'), el: h('div', {class: 'stack'}, main, rest)};
}

/* --- 3 --- */

async function fieldsStep({ctx, draft, kept, keep, to}) {
  const {activity} = draft.values;
  const organisers = await recentOrganisers(ctx);
  const today = ctx.session.today;
  const [asked, rest] = entryFields(activity, {organisers, today});
  const values = {date: today, ...draft.values};
  const made = form({usecase: 'entry.add', fields: asked, values, two: true, more: {label: t('add.more'), fields: rest}, onchange: (f) => { draft.values = {...f.values(), activity}; keep(); }});
  const send = async (submit) => {
    if (submit ? !made.check() : !titled(made)) return;
    const v = {...made.values(), activity};
    await kept.drop();
    await enqueue({pupil: whose(ctx), values: {...v, pupil: whose(ctx), kind: kindOf(v), submit}, files: draft.files});
    if (submit && draft.files.length) toast(t('outbox.begun'));
    await ctx.go(base(ctx));
  };
  made.el.addEventListener('submit', (e) => { e.stopImmediatePropagation(); e.preventDefault(); send(true); }, {capture: true});
  const bar = h('div', {class: 'act-bar'}, button({label: t('add.send'), icon: 'send', kind: 'primary', large: true, press: () => send(true)}), button({label: t('add.draft'), kind: 'quiet', press: () => send(false)}));
  return {title: t(`add.kind.${activity === 'other' ? 'else' : activity}`), el: h('div', {class: 'stack'}, thumbs(draft.files, () => to('files')), made.el, bar)};
}

/* A draft needs a title alone. */
function titled(made) {
  if (made.field('title').get()) return true;
  made.errors([{field: 'title', text: t('add.title_missing')}]);
  return false;
}

function thumbs(files, change) {
  const row = h('div', {class: 'add-thumbs'});
  for (const file of files.slice(0, 4)) {
    const box = h('span', {class: 'add-thumb'}, icon('file'));
    if (file.type.startsWith('image/')) {
      const address = URL.createObjectURL(file);
      const img = h('img', {src: address, alt: '', onload: () => { box.replaceChildren(img); URL.revokeObjectURL(address); }, onerror: () => URL.revokeObjectURL(address)});
      append(box, [img]);
    }
    row.append(box);
  }
  row.append(h('span', {class: 'grow'}, files.length ? t('picker.pages', {n: files.length}) : t('add.no_files')), button({label: t(files.length ? 'ui.edit' : 'add.attach'), kind: 'quiet', onclick: change}));
  return row;
}

async function recentOrganisers(ctx) {
  try {
    const {items} = await list('/entries', {pupil: whose(ctx), limit: 50}, {signal: ctx.signal, attempts: 1});
    return [...new Set(items.map((e) => e.organiser).filter(Boolean))].slice(0, 12);
  } catch { return []; }
}
