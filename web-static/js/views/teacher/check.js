/* «На проверке»: what waits at the left, the document large in the middle, its fields at the right. J K V R / do everything; on a phone one thing at a time. */
import {all, get, send} from '../../api.js';
import {ago, date, load, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {dialog} from '../../ui/dialog.js';
import {cap, entryFacts, entryLine, filesCount, labelOf, pagesOf, previewOf, valueText} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {word} from '../../ui/meta.js';
import {picture} from '../../ui/picture.js';
import {empty, note, problem, skeleton} from '../../ui/state.js';
import {askReason, phrasesOf} from '../../ui/teacher.js';
import {announce, fail, toast} from '../../ui/toast.js';
import {viewer} from '../../ui/viewer.js';

const remembered = {original: false};

export async function view(ctx) {
  await load('pupil');
  ctx.title(t('check.title'));
  const [items, phrases] = await Promise.all([all('/entries', {queue: true}, {signal: ctx.signal}), phrasesOf(ctx.signal)]);
  const page = makePage(ctx, items, phrases);
  page.draw();
  return page.el;
}

/* Entries that say the same of different children: one competition, one level. */
const likeness = (e) => [e.title, e.activity, e.level, e.date, e.organiser].map((v) => String(v || '').toLocaleLowerCase().replace(/[«»"“”.,\s]+/g, ' ').trim()).join('|');

function makePage(ctx, items, phrases) {
  const state = {items, phrases, id: ctx.query.get('entry'), text: '', klass: ctx.query.get('class') || '', entry: null, shown: null, done: 0, turn: 0};
  const heading = h('h1', {tabindex: '-1'}, t('check.title'));
  const left = h('p', {class: 'check-left number', role: 'status'});
  const search = h('input', {class: 'input', type: 'search', id: 'check-search', 'aria-label': t('check.search'), placeholder: t('check.search'), oninput: () => { state.text = search.value; drawList(); }});
  const classes = [...new Set(items.map((e) => e.pupil_class_name).filter(Boolean))];
  const listBox = h('ul', {class: 'check-list', 'aria-label': t('check.list')});
  const doc = h('section', {class: 'check-doc', 'aria-label': t('check.document')});
  const side = h('section', {class: 'check-side', 'aria-label': t('check.fields')});
  const panes = h('div', {class: 'check-panes'}, h('div', {class: 'check-queue'}, h('div', {class: 'check-find'}, search,
    classes.length > 1 && chips({label: t('class.choose'), options: classes.map((c) => ({value: c, label: c})), value: state.klass, onchange: (v) => { state.klass = v || ''; ctx.setQuery({class: v}); drawList(); }})), listBox),
    button({label: t('check.back'), icon: 'chevron-left', kind: 'quiet', class: 'check-back', onclick: () => { el.classList.remove('check-open'); state.id = null; ctx.setQuery({entry: null}); ctx.query.delete('entry'); drawList(); }}), doc, side);
  const el = h('div', {class: 'check'}, h('div', {class: 'check-head'}, heading, left, h('p', {class: 'check-keys small soft', 'aria-hidden': 'true'}, keysHelp())), panes);

  const matches = (e) => (!state.klass || e.pupil_class_name === state.klass)
    && (!state.text || `${e.title} ${e.pupil_name} ${e.organiser || ''}`.toLocaleLowerCase().includes(state.text.toLocaleLowerCase()));
  const seen = () => state.items.filter(matches);
  const similar = (e) => state.items.filter((x) => x.id !== e.id && likeness(x) === likeness(e));

  function draw() {
    left.textContent = state.items.length ? t('check.left', {n: state.items.length}) : '';
    el.classList.toggle('check-none', !state.items.length);
    if (!state.items.length) {
      panes.replaceChildren(empty({icon: 'check', title: t(state.done ? 'check.finished' : 'check.nothing'), text: t(state.done ? 'check.finished_text' : 'check.nothing_text'),
        action: button({label: t('check.to_class'), icon: 'board', href: '/class'})}));
      return;
    }
    drawList();
    const phone = matchMedia('(max-width: 48rem)').matches;
    if (!state.id && !phone) choose(seen()[0] || state.items[0]);
    else if (state.id) choose(state.items.find((e) => e.id === state.id) || { id: state.id });
    else side.replaceChildren();
  }

  function drawList() {
    const rows = seen();
    listBox.replaceChildren(...(rows.length ? rows.map((e) => h('li', {}, h('button', {type: 'button', class: 'check-row', dataset: {id: e.id}, 'aria-current': e.id === state.id ? 'true' : null, onclick: () => choose(e)},
      picture({src: filesCount(e) ? previewOf(e, 320) : null, width: 56, height: 56}),
      h('span', {class: 'grow'}, h('span', {class: 'check-row-title'}, e.title), h('span', {class: 'small soft'}, [e.pupil_name, e.pupil_class_name].filter(Boolean).join(', ')),
        h('span', {class: 'small soft'}, ago(e.changed)))))) : [h('li', {class: 'soft check-row-none'}, t('list.nothing_found'))]));
  }

  async function choose(row) {
    const turn = ++state.turn;
    state.id = row.id;
    state.entry = null;
    ctx.setQuery({entry: row.id});
    ctx.query.set('entry', row.id);
    el.classList.add('check-open');
    for (const b of listBox.querySelectorAll('.check-row')) b.dataset.id === row.id ? b.setAttribute('aria-current', 'true') : b.removeAttribute('aria-current');
    listBox.querySelector('[aria-current]')?.scrollIntoView({block: 'nearest'});
    doc.replaceChildren(skeleton('cards', 1));
    side.replaceChildren(skeleton('rows', 5));
    try {
      const entry = await get(`/entries/${row.id}`, null, {signal: ctx.signal});
      const [pages, changes] = await Promise.all([pagesOf(entry, {signal: ctx.signal}),
        entry.verified_revision ? get(`/entries/${row.id}/diff`, null, {signal: ctx.signal}).catch(() => null) : null]);
      if (turn !== state.turn) return;
      show(row, entry, pages, changes);
    } catch (error) {
      if (error.name === 'AbortError' || turn !== state.turn) return;
      if (error.status === 404) { leave(row.id); return; }
      doc.replaceChildren(problem(error, () => choose(row)));
      side.replaceChildren();
    }
  }

  function show(row, entry, pages, changes) {
    state.entry = entry;
    state.shown = viewer({pages, none: t('check.no_file')});
    doc.replaceChildren(state.shown.el);
    const changed = new Set((changes?.changes || []).map((c) => c.field));
    const may = new Set(entry.steps || []);
    const also = similar(row).filter(() => may.has('verify'));
    side.replaceChildren(...[
      h('h2', {class: 'check-title'}, entry.title),
      h('p', {}, h('a', {href: `/pupils/${entry.pupil}`}, row.pupil_name || t('check.pupil')), row.pupil_class_name && `, ${row.pupil_class_name}`, h('span', {class: 'soft'}, ` · ${t('check.sent', {when: date(entry.changed?.at || row.changed)})}`)),
      h('p', {class: 'soft'}, [cap(word('activity', entry.activity)), entryLine(entry)].filter(Boolean).join(' · ')),
      entry.state === 'submitted' ? null : note({icon: 'info', text: t('check.moved', {state: word('entry_state', entry.state)})}),
      changes && changed.size > 0 && note({icon: 'history', title: t('check.changed'), text: (changes.changes || []).map((c) => `${labelOf(c.field)}: ${valueText(c.field, c.from) || t('check.was_empty')} → ${valueText(c.field, c.to) || t('check.now_empty')}`).join('; ')}),
      also.length > 0 && note({icon: 'files', title: t('check.similar', {n: also.length}), text: t('check.similar_text'), actions: [button({label: t('check.similar_open'), icon: 'files', onclick: () => together([row, ...also])})]}),
      entryFacts(entry, {changed}),
      may.has('verify') && h('label', {class: 'tick'}, h('input', {type: 'checkbox', checked: remembered.original, onchange: (e) => { remembered.original = e.target.checked; }}), h('span', {}, t('check.original'))),
      h('div', {class: 'check-acts'},
        may.has('verify') || may.has('return') ? [
          may.has('verify') && button({label: t('check.verify'), icon: 'check', kind: 'primary', class: 'check-verify', press: verify, 'aria-keyshortcuts': 'v'}),
          may.has('return') && button({label: t('check.return'), icon: 'return', class: 'check-return', onclick: back, 'aria-keyshortcuts': 'r'})]
          : note({icon: 'lock', text: t('check.not_yours')})),
    ].filter(Boolean));
    announce(t('check.opened', {title: entry.title, name: row.pupil_name || ''}));
  }

  /* Leaves the queue and goes on with the next one at the same place. */
  function leave(id) {
    const rows = seen();
    const at = rows.findIndex((e) => e.id === id);
    const next = rows[at + 1] || rows[at - 1] || null;
    state.items = state.items.filter((e) => e.id !== id);
    state.id = next?.id || null;
    if (!state.id) { ctx.setQuery({entry: null}); ctx.query.delete('entry'); el.classList.remove('check-open'); doc.replaceChildren(); side.replaceChildren(); }
    draw();
    if (!state.items.length) heading.focus();
  }

  async function verify() {
    const entry = state.entry;
    if (!entry || !(entry.steps || []).includes('verify')) return;
    try {
      await send('POST', `/entries/${entry.id}/verify`, {act: remembered.original ? 'seen_original' : 'seen_copy'}, {revision: entry.revision});
      state.done++;
      toast(t('check.verified', {title: entry.title}));
      leave(entry.id);
    } catch (error) { lost(error, entry); }
  }

  function back() {
    const entry = state.entry;
    if (!entry || !(entry.steps || []).includes('return')) return;
    askReason({title: t('check.return_title', {title: entry.title}), phrases: state.phrases, press: async (reason) => {
      try {
        await send('POST', `/entries/${entry.id}/return`, {reason}, {revision: entry.revision});
      } catch (error) {
        if (error.status === 412 || error.code === 'entry.state') { lost(error, entry); return; }
        throw error;
      }
      state.done++;
      toast(t('check.returned', {title: entry.title}));
      leave(entry.id);
    }});
  }

  /* Somebody was faster: what stands there now is shown, nothing was decided unseen. */
  function lost(error, entry) {
    if (error.status === 412) {
      toast(t('check.conflict'), {attention: true});
      choose(state.items.find((e) => e.id === entry.id) || {id: entry.id});
    } else if (error.code === 'entry.state' || error.status === 409) {
      toast(t('check.already', {title: entry.title}), {attention: true});
      leave(entry.id);
    } else {
      fail(error);
    }
  }

  /* Several that say the same: looked through side by side, then one press. */
  async function together(rows) {
    const entries = await Promise.all(rows.map((r) => get(`/entries/${r.id}`, null, {signal: ctx.signal}).then((e) => ({row: r, e}), () => null)));
    const able = entries.filter((x) => x && (x.e.steps || []).includes('verify'));
    const boxes = able.map((x) => ({...x, input: h('input', {type: 'checkbox', checked: true, 'aria-label': x.row.pupil_name})}));
    dialog({title: t('check.together'), wide: true, body: [h('p', {}, t('check.together_text')),
      h('ul', {class: 'together'}, boxes.map(({row, e, input}) => h('li', {}, h('label', {class: 'together-row'}, input,
        picture({src: filesCount(e) ? previewOf(e, 320) : null, width: 160, height: 120}), h('span', {class: 'grow'}, h('strong', {}, row.pupil_name), h('span', {class: 'small soft'}, [row.pupil_class_name, entryLine(e)].filter(Boolean).join(' · '))),
        h('a', {href: `/check?entry=${e.id}`, class: 'small', onclick: (event) => { event.preventDefault(); event.target.closest('dialog').close(); choose(row); }}, t('check.look'))))))],
    actions: [{label: t('ui.cancel')}, {label: t('check.verify_marked'), icon: 'check', kind: 'primary', press: async () => {
      const marked = boxes.filter((b) => b.input.checked);
      if (!marked.length) return false;
      const answer = await send('POST', '/entries/verify', {items: marked.map(({e}) => ({id: e.id, revision: e.revision})), act: remembered.original ? 'seen_original' : 'seen_copy'});
      const refused = answer.items.filter((i) => !i.done);
      state.done += answer.done;
      state.items = state.items.filter((x) => !answer.items.some((i) => i.done && i.id === x.id));
      toast(t('check.verified_many', {n: answer.done}));
      refused.forEach((i) => toast(`${marked.find(({e}) => e.id === i.id)?.row.pupil_name || ''}: ${i.error.message}`, {attention: true}));
      state.id = state.items.some((e) => e.id === state.id) ? state.id : null;
      draw();
      return true;
    }}]});
  }

  function step(by) {
    const rows = seen();
    if (!rows.length) return;
    const at = rows.findIndex((e) => e.id === state.id);
    const to = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    if (to && to.id !== state.id) choose(to);
  }

  const KEYS = {KeyJ: () => step(1), KeyK: () => step(-1), KeyV: () => el.querySelector('.check-verify')?.click(), KeyR: back, KeyT: () => state.shown?.turn()};
  const onkey = (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.('dialog, input:not([type=checkbox]), textarea, select') || document.querySelector('dialog[open]')) return;
    if (e.key === '/' || e.code === 'Slash') { e.preventDefault(); search.focus(); return; }
    const f = KEYS[e.code];
    if (f) { e.preventDefault(); e.stopPropagation(); f(); return; }
    if (e.target.closest?.('.viewer')) return;
    if (['+', '=', '-', '[', ']', 'PageUp', 'PageDown'].includes(e.key)) state.shown?.key(e);
  };
  document.addEventListener('keydown', onkey, {capture: true, signal: ctx.signal});
  search.addEventListener('keydown', (e) => { if (e.key === 'Escape' || e.key === 'Enter') { search.blur(); listBox.querySelector('.check-row')?.focus(); } });
  return {el, draw};
}

const keysHelp = () => [['J', 'check.key_next'], ['K', 'check.key_before'], ['V', 'check.key_verify'], ['R', 'check.key_return'], ['T', 'check.key_turn'], ['/', 'check.key_search']]
  .flatMap(([key, id]) => [h('kbd', {}, key), ` ${t(id)} `]);
