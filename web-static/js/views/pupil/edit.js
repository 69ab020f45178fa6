/* Changing an entry: fields and files; a verified one becomes a new revision that waits again. What is typed survives a closed page. */
import {ApiError, get, newKey, sendFiles, url} from '../../api.js';
import {t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {diff} from '../../ui/diff.js';
import {draft as draftAt} from '../../ui/draft.js';
import {ACTIVITY_ICONS, entryFields, flat, kindOf, labelOf, valueText} from '../../ui/entry.js';
import {field} from '../../ui/field.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {filePicker} from '../../ui/picker.js';
import {picture} from '../../ui/picture.js';
import {progress} from '../../ui/progress.js';
import {note} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';
import {words} from '../../ui/meta.js';

export async function view(ctx) {
  const entry = await get(`/entries/${ctx.params.id}`, null, {signal: ctx.signal});
  ctx.title(t('edit.title'));
  const key = `edit:${ctx.session.account}:${entry.id}`;
  const store = draftAt(key);
  const kept = await store.load();
  const fresh = kept && kept.revision === entry.revision ? kept : null;
  const before = flat(entry);
  const [asked, rest] = entryFields(entry.activity, {today: ctx.session.today});
  const state = {added: fresh?.files || [], dropped: new Set(fresh?.dropped || []), key: newKey()};
  const activity = field({name: 'activity', type: 'enum', options: words('activity'), value: fresh?.values.activity || entry.activity, label: labelOf('activity'), required: true});
  const made = form({usecase: 'entry.edit', fields: asked, values: {...before, ...fresh?.values}, two: true, more: {label: t('add.more'), fields: rest}, onchange: () => keep()});
  const keep = () => store.values({revision: entry.revision, values: changesOf(before, {...made.whole(), activity: activity.get()}), dropped: [...state.dropped]});
  const keepFiles = () => { keep(); store.files(state.added); };
  activity.el.addEventListener('change', keep);
  const bar = progress({label: t('outbox.going')});
  bar.el.hidden = true;
  const send = (submit) => save({ctx, entry, made, activity, state, submit, bar, store, before});
  made.el.addEventListener('submit', (e) => { e.preventDefault(); e.stopImmediatePropagation(); send(true); }, {capture: true});
  const verified = entry.state === 'verified';
  return h('div', {class: 'adding'}, h('a', {class: 'back', href: `/entries/${entry.id}`}, icon('chevron-left'), t('ui.back')), h('h1', {tabindex: '-1'}, t('edit.title')),
    h('div', {class: 'stack'}, entry.state === 'returned' && note({attention: true, icon: 'return', title: t('entry.returned'), text: entry.returned?.reason}),
      verified && note({text: t('edit.verified')}), fresh && note({icon: 'history', text: t('edit.kept')}),
      files(entry, state, keep, keepFiles), h('div', {class: 'form'}, activity.el), made.el, bar.el,
      h('div', {class: 'act-bar'}, button({label: t('add.send'), icon: 'send', kind: 'primary', large: true, press: () => send(true)}), button({label: t('edit.draft'), kind: 'quiet', press: () => send(false)}))));
}

function files(entry, state, keep, keepFiles) {
  const row = (f) => {
    const el = h('li', {class: 'edit-file'}, picture({src: url(`/entries/${entry.id}/files/preview`, {path: f.path, size: 320}), icon: ACTIVITY_ICONS[entry.activity]}), h('span', {class: 'grow small'}, f.name));
    const toggle = button({label: t('ui.remove'), icon: 'trash', only: true, onclick: () => {
      state.dropped.has(f.path) ? state.dropped.delete(f.path) : state.dropped.add(f.path);
      draw();
      keep();
    }});
    const draw = () => {
      const gone = state.dropped.has(f.path);
      el.classList.toggle('gone', gone);
      toggle.replaceChildren(icon(gone ? 'undo' : 'trash'));
      toggle.setAttribute('aria-label', t(gone ? 'edit.file_back' : 'edit.file_drop', {name: f.name}));
    };
    draw();
    el.append(toggle);
    return el;
  };
  return h('section', {class: 'stack', 'aria-label': t('entry.field.files')}, entry.files?.length > 0 && h('ul', {class: 'edit-files'}, entry.files.map(row)),
    filePicker({files: state.added, onchange: (list) => { state.added = list; keepFiles(); }}).el);
}

/* Only what differs goes; an emptied field goes as empty. */
function changesOf(before, now) {
  const out = {};
  for (const [name, v] of Object.entries(now)) {
    const was = before[name] ?? null;
    if (v === was || ((v === null || v === '' || v === false) && (was === null || was === '' || was === false))) continue;
    out[name] = v === null ? '' : v;
  }
  return out;
}

async function save({ctx, entry, made, activity, state, submit, bar, store, before}) {
  if (submit && !made.check()) return;
  const now = {...made.whole(), activity: activity.get()};
  const values = changesOf(before, now);
  const kind = kindOf({...now, document_kind: now.document_kind});
  if (kind !== entry.kind) values.kind = kind;
  if (state.dropped.size) values.drop_file = [...state.dropped];
  if (state.same) values.same_file = true;
  values[submit ? 'submit' : 'draft'] = true;
  bar.el.hidden = !state.added.length;
  try {
    await sendFiles('PATCH', `/entries/${entry.id}`, values, state.added.length ? {file: state.added} : {}, {revision: entry.revision, key: state.key, progress: (n, all) => bar.set(n / all)});
    await store.drop();
    toast(t(submit ? 'outbox.sent' : 'outbox.kept'));
    await ctx.go(`/entries/${entry.id}`, {replace: true});
  } catch (error) {
    bar.el.hidden = true;
    state.key = newKey();
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 412) { conflict(ctx, entry, values, store); return; }
    if (error.code === 'file.duplicate') state.same = true;
    made.errors([{field: error.field === 'file' ? null : error.field, text: error.code === 'file.duplicate' ? `${error.message} ${t('edit.same')}` : error.message}]);
  }
}

/* Somebody else changed it meanwhile: what they did is shown, what was typed here stays. */
async function conflict(ctx, entry, values, store) {
  const now = await get(`/entries/${entry.id}`, null, {signal: ctx.signal});
  const got = now.revision > entry.revision ? await get(`/entries/${entry.id}/diff`, {from: entry.revision, to: now.revision}, {signal: ctx.signal}) : {changes: []};
  dialog({title: t('edit.conflict'), body: [h('p', {}, t('edit.conflict_text')), diff(got.changes, {label: labelOf, value: (f, v) => valueText(f, v)})], actions: [{label: t('edit.conflict_theirs'), press: async () => { await store.drop(); ctx.go(`/entries/${entry.id}`); }},
    {label: t('edit.conflict_mine'), kind: 'primary', press: async () => {
      const kept = (await store.load()) || {values, dropped: []};
      await store.values({values: kept.values, dropped: kept.dropped, revision: now.revision});
      ctx.reload();
    }}]});
}
