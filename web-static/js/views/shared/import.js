/* Import of a file: dropped, recognised, shown as a table of what would happen, doubts decided row by row, then applied; what was not taken can be had as a
 * list. Nothing is written before «Применить». Used by teachers (results of the own class) and the office alike. */
import {all, get, list as ask, send, sendFiles, url} from '../../api.js';
import {date, dateShort, lang, load, number, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {confirm} from '../../ui/dialog.js';
import {field} from '../../ui/field.js';
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {fieldOf, loadNouns, word} from '../../ui/meta.js';
import {progress} from '../../ui/progress.js';
import {empty, mark, note, pageHead, problem, skeleton} from '../../ui/state.js';
import {table} from '../../ui/table.js';
import {fail, toast} from '../../ui/toast.js';

const KIND = {new: {kind: 'good', icon: 'plus'}, changed: {icon: 'pencil'}, unchanged: {kind: 'draft', icon: 'check'}, matched: {kind: 'good', icon: 'check'}, moved: {icon: 'swap'}, left: {icon: 'exit'},
  doubtful: {kind: 'attention', icon: 'help'}, error: {kind: 'attention', icon: 'warning'}, contradiction: {kind: 'attention', icon: 'warning'}, not_found: {kind: 'attention', icon: 'search'}, not_ours: {kind: 'draft', icon: 'minus'}, duplicate: {kind: 'draft', icon: 'files'}};
const TO_DECIDE = ['doubtful', 'not_found', 'contradiction'];
const SHOWN = 60;

export async function view(ctx) {
  await Promise.all([load('teacher'), loadNouns(['entry'])]);
  ctx.title(t('import.title'));
  const formats = await all('/imports/formats', {}, {signal: ctx.signal});
  const body = h('div', {'aria-live': 'off'});
  const classes = all('/classes', {}, {signal: ctx.signal}).then((items) => items.map((c) => c.name), () => []);
  const state = {formats, classes: [], preview: null, show: '', most: SHOWN};
  classes.then((names) => { state.classes = names; });
  const draw = (...parts) => body.replaceChildren(...parts.flat().filter(Boolean));
  const api = {ctx, state, draw, start: () => start(api), open: (p) => { state.preview = p; state.most = SHOWN; ctx.setQuery({batch: p.batch}); ctx.query.set('batch', p.batch); preview(api); }};
  if (ctx.query.get('batch')) {
    draw(skeleton('rows', 6));
    send('POST', '/imports/preview', {batch: ctx.query.get('batch')}, {signal: ctx.signal}).then(api.open, (error) => { if (error.name !== 'AbortError') { error.status === 404 ? api.start() : draw(problem(error, api.start)); } });
  } else {
    api.start();
  }
  return h('div', {}, pageHead({title: t('import.title'), lead: t('import.lead')}), body);
}

/* --- the file --- */

function start(api) {
  const {ctx, state, draw} = api;
  ctx.setQuery({batch: null});
  ctx.query.delete('batch');
  const choice = field({name: 'format', type: 'enum', label: t('import.format'), none: t('import.recognise'), options: state.formats.map((f) => ({value: f.format || f.id, label: f.title || f.label || f.format}))});
  const input = h('input', {type: 'file', id: 'import-file', class: 'hush', accept: '.xlsx,.xls,.ods,.csv,.txt', onchange: () => take(input.files[0])});
  const bar = progress({label: t('import.reading')});
  bar.el.hidden = true;
  const wrong = h('div', {role: 'alert'});
  async function take(file) {
    if (!file) return;
    wrong.replaceChildren();
    bar.el.hidden = false;
    bar.set(null, t('import.reading_file', {name: file.name}));
    try {
      api.open(await sendFiles('POST', '/imports/preview', choice.get() ? {format: choice.get()} : {}, {file: [file]}, {progress: (n, of) => bar.set(n / Math.max(1, of), t('import.reading_file', {name: file.name})), signal: ctx.signal}));
    } catch (error) {
      if (error.name === 'AbortError') return;
      bar.el.hidden = true;
      input.value = '';
      wrong.replaceChildren(note({attention: true, icon: 'warning', title: t('import.refused'), text: error.message}));
    }
  }
  const zone = h('div', {class: 'import-drop', ondragover: (e) => { e.preventDefault(); zone.classList.add('over'); }, ondragleave: () => zone.classList.remove('over'), ondrop: (e) => { e.preventDefault(); zone.classList.remove('over'); take(e.dataTransfer.files[0]); }},
    icon('upload'), h('p', {}, t('import.drop')), h('label', {class: 'button button-primary', for: 'import-file'}, icon('file'), h('span', {}, t('import.choose'))), input);
  const before = h('section', {class: 'import-before'});
  draw(h('div', {class: 'import-start stack'}, choice.el, zone, bar.el, wrong, h('p', {class: 'small soft'}, t('import.keep'))), before);
  ask('/imports', {limit: 20}, {signal: ctx.signal}).then(({items}) => before.replaceChildren(...past(api, items)), () => {});
}

function past(api, items) {
  if (!items.length) return [];
  const title = (f) => api.state.formats.find((x) => x.format === f)?.title || f;
  return [h('h2', {}, t('import.before')), h('ul', {class: 'list'}, items.map((b) => h('li', {class: 'list-row'}, icon('sheet'), h('div', {class: 'grow'}, h('div', {}, b.file_name), h('div', {class: 'small soft'}, [title(b.format), b.at && date(b.at)].filter(Boolean).join(' · '))),
    mark({label: word('import_state', b.state)}), b.state === 'waiting' ? button({label: t('import.continue'), press: () => send('POST', '/imports/preview', {batch: b.id}).then(api.open, fail)})
      : b.state === 'applied' && button({label: t('ui.undo'), icon: 'undo', kind: 'quiet', press: () => undo(api, b.id)}))))];
}

async function undo(api, id) {
  if (!await confirm({title: t('import.undo'), text: t('import.undo_text'), action: t('import.undo'), danger: true})) return;
  try { await send('POST', `/imports/${id}/undo`); toast(t('import.undone')); api.start(); } catch (error) { fail(error); }
}

/* --- the preview --- */

const titled = (x) => (typeof x?.title === 'string' ? x.title : x?.title?.[lang()] || x?.title?.ru);
const formatOf = (api) => api.state.formats.find((f) => f.format === api.state.preview.format) || {};
const reportOf = (batch) => button({label: t('import.not_taken'), icon: 'sheet', kind: 'quiet', href: url(`/imports/${batch}/rows`, {xlsx: true}), download: ''});

const keyOf = (r) => `${r.sheet}!${r.row}`;
/* What the office knows of people is not read out in a table of rows. */
const HIDDEN = new Set(['id', 'person', 'slot', 'phone', 'email', 'contacts']);
const SETS = {form: 'study_form', basis: 'class_basis'};
function valueText(v, key = '') {
  if (v === null || v === undefined) return '';
  if (Array.isArray(v)) return v.map((x) => valueText(x, key)).join(', ');
  if (typeof v === 'object') return [v.surname, v.name, v.patronymic].filter((x) => typeof x === 'string').join(' ') || Object.entries(v).filter(([k, x]) => typeof x !== 'object' && !HIDDEN.has(k)).map(([k, x]) => valueText(x, k)).join(' ');
  if (typeof v === 'number') return number(v, {maximumFractionDigits: 2, useGrouping: false});
  if (/^\d{4}-\d\d-\d\d$/.test(v)) return dateShort(v);
  return word(SETS[key] || (key === 'study_form' ? 'study_form' : key), v);
}
const nameOf = (r) => r.values?.name_full || r.values?.full_name || [r.values?.surname, r.values?.first_name || r.values?.name, r.values?.patronymic].filter(Boolean).join(' ') || r.values?.participant || r.values?.code || t('import.row', {n: r.row});

/* What a row says beside the name: of results what tells one from another stands first, and what is the same in the whole file is left out. */
const NAMES = new Set(['surname', 'name', 'first_name', 'patronymic', 'name_full', 'full_name']);
const FIRST = ['class', 'subject', 'title', 'stage', 'result', 'degree', 'badge', 'place', 'score', 'score_max'];
/* «Бег на 60 м: 9,1 с» says it all. */
const IN_TITLE = new Set(['subject', 'gto_test', 'gto_value', 'gto_level', 'gto_order_date', 'result', 'badge', 'level', 'document_kind', 'sex', 'birth']);
const SAME = new Set(['kind', 'section', 'activity']);
function said(r) {
  const v = r.values || {};
  const keys = Object.keys(v).filter((k) => !NAMES.has(k) && !(r.kind === 'results' && (SAME.has(k) || (k === 'level' && v.stage) || (k === 'title' && v.subject))));
  const rank = (k) => (r.kind === 'results' && FIRST.includes(k) ? FIRST.indexOf(k) : FIRST.length);
  return keys.sort((a, b) => rank(a) - rank(b)).slice(0, 7).map((k) => valueText(v[k], k)).filter(Boolean).join(' · ');
}
const labelOf = (name) => (name === 'uin' ? t('import.uin') : fieldOf('entry.edit', name).label);
const changed = (c) => h('div', {class: 'small'}, `${labelOf(c.field)}: ${valueText(c.from, c.field) || '—'} → ${valueText(c.to, c.field) || '—'}`);

function preview(api) {
  const {state, draw} = api;
  const p = state.preview;
  const counts = Object.entries(p.counts || {}).filter(([, n]) => n > 0);
  const open = p.rows.filter((r) => r.outcome === 'doubtful');
  const bad = p.rows.filter((r) => r.outcome === 'error' || r.outcome === 'contradiction');
  /* what changes something stands first; rows that change nothing are a chip away */
  const some = p.rows.filter((r) => r.outcome !== 'unchanged');
  const rows = state.show ? p.rows.filter((r) => r.outcome === state.show) : some.length ? some : p.rows;
  const format = state.formats.find((f) => f.format === p.format)?.title || p.format;
  draw(h('section', {class: 'import-sum'}, h('div', {class: 'row row-apart'}, h('div', {}, h('h2', {}, p.file_name || t('import.file')), h('p', {class: 'soft'}, format)), h('div', {class: 'row no-print'},
    button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => window.print()}),
    reportOf(p.batch),
    button({label: t('import.another'), kind: 'quiet', press: () => drop(api)}))),
  chips({label: t('import.outcomes'), value: state.show, options: counts.map(([k, n]) => ({value: k, label: word('import_outcome', k), icon: KIND[k]?.icon, count: number(n)})), onchange: (v) => { state.show = v || ''; state.most = SHOWN; preview(api); }})),
  facts(api), unread(p), mapping(api),
  open.length > 0 && note({attention: true, icon: 'help', title: t('import.doubts', {n: open.length}), text: t('import.doubts_text'), actions: [state.show !== 'doubtful' && button({label: t('import.show_doubts'), onclick: () => { state.show = 'doubtful'; preview(api); }})].filter(Boolean)}),
  bad.length > 0 && note({icon: 'warning', title: t('import.errors', {n: bad.length}), text: t('import.errors_text')}),
  rows.length ? rowTable(api, rows) : empty({icon: 'check', title: t('import.no_rows')}),
  rows.length > state.most && h('div', {class: 'list-more'}, button({label: t('list.more'), onclick: () => { state.most += 200; preview(api); }})),
  apply(api, open.length, bad.length));
}

/* Columns and rows that were not read: the preview is not the whole of the file. */
function unread(p) {
  const said = (p.sheets || []).flatMap((s) => (s.problems || []).map((x) => (p.sheets.length > 1 ? `${s.sheet}: ${x.message}` : x.message)));
  if (!said.length) return null;
  return h('section', {class: 'note note-attention'}, icon('warning'), h('div', {class: 'grow'}, h('p', {class: 'note-title'}, t('import.unread')), h('ul', {class: 'measure'}, said.map((x) => h('li', {}, x)))));
}

function rowTable(api, rows) {
  const shown = rows.slice(0, api.state.most);
  return table({caption: t('import.caption'), hideCaption: true, rows: shown, columns: [
    {name: 'row', label: t('import.place'), cell: (r) => h('span', {class: 'small soft number'}, r.row ? `${r.sheet ? `${r.sheet}, ` : ''}${r.row}` : t('import.not_in_file'))},
    {name: 'who', label: t('import.who'), head: true, cell: (r) => (r.pupil ? h('a', {href: `/pupils/${r.pupil}`, target: '_blank'}, nameOf(r)) : nameOf(r))},
    {name: 'values', label: t('import.what'), cell: (r) => h('span', {class: 'small'}, said(r))},
    {name: 'outcome', label: t('import.outcome'), cell: (r) => h('div', {class: 'stack-s'}, mark({label: word('import_outcome', r.outcome), ...KIND[r.outcome]}), (r.changes || []).filter((c) => typeof c === 'object' && c.field).map(changed), (r.problems || []).map((x) => h('div', {class: 'small'}, x.message || x.code)), r.why && !r.problems?.length && h('div', {class: 'small soft'}, r.why))},
    {name: 'decide', label: t('import.decision'), cell: (r) => decide(api, r)},
  ]});
}

/* One tap a candidate; «пропустить» leaves the row out; what was decided can be asked anew. */
function decide(api, r) {
  const p = api.state.preview;
  const say = (choice, part = '') => async () => {
    try { api.open(await send('POST', `/imports/${p.batch}/resolve`, {decision: [`${keyOf(r)}${part}=${choice}`]})); } catch (error) { fail(error); }
  };
  const decided = p.decisions?.[keyOf(r)];
  if (decided) return button({label: t('import.undecide'), icon: 'undo', kind: 'quiet', press: say('ask')});
  if (!TO_DECIDE.includes(r.outcome)) return '';
  const asksClass = (r.problems || []).some((x) => /class/.test(x.code || ''));
  const name = nameOf(r);
  return h('div', {class: 'import-choices'}, asksClass && h('select', {class: 'input', 'aria-label': t('import.class_of', {name}), onchange: (e) => { if (e.target.value) say(e.target.value, '.class')(); }},
    h('option', {value: ''}, t('import.which_class')), api.state.classes.map((c) => h('option', {value: c}, c))), (r.candidates || []).slice(0, 6).map((c) => button({label: [c.name || [c.surname, c.name_only, c.patronymic].filter(Boolean).join(' ') || c.title || c.id, c.class_name || c.class, c.birth && date(c.birth)].filter(Boolean).join(', '), icon: 'person', press: say(c.id)})),
    p.format === 'roster' && button({label: t('import.is_new'), icon: 'plus', press: say('new')}), button({label: t('import.skip'), icon: 'close', kind: 'quiet', press: say('skip')}));
}

/* What the file does not say of itself: a stage, a year. */
function facts(api) {
  const p = api.state.preview;
  const missing = p.missing || [];
  if (!missing.length) return null;
  const known = formatOf(api).facts || [];
  const fields = missing.map((name) => {
    const fact = known.find((f) => f.name === name);
    return field({name, type: fact?.values ? 'enum' : 'text', options: fact?.values?.map((v) => ({value: v, label: word(name, v)})), label: titled(fact) || word('import_fact', name)});
  });
  return h('section', {class: 'note note-attention'}, icon('help'), h('div', {class: 'grow stack'}, h('p', {class: 'note-title'}, t('import.missing')), fields.map((f) => f.el), button({label: t('import.say'), kind: 'primary', press: async () => {
    const fact = fields.filter((f) => f.get()).map((f) => `${f.name}=${f.get()}`);
    if (!fact.length) return;
    try { api.open(await send('POST', '/imports/preview', {batch: p.batch, fact})); } catch (error) { fail(error); }
  }})));
}

/* Which column is what; changed only where the program guessed wrongly. */
function mapping(api) {
  const p = api.state.preview;
  const sheets = (p.sheets || []).filter((s) => (s.columns || []).length);
  if (!sheets.length) return null;
  const columns = formatOf(api).columns;
  const guessed = [...new Set(sheets.flatMap((s) => s.columns.map((c) => c.role)).filter(Boolean))];
  const roles = columns ? columns.filter((c) => c.word !== 'ignored').map((c) => ({value: c.word, label: titled(c)})) : guessed.map((r) => ({value: r, label: word('import_role', r)}));
  const none = columns ? 'ignored' : 'ignore';
  const say = (column) => async () => { try { api.open(await send('POST', `/imports/${p.batch}/map`, {column: [column()]})); } catch (error) { fail(error); } };
  const heading = (s) => {
    const input = h('input', {class: 'input input-number', type: 'text', inputmode: 'numeric', maxlength: 5, value: s.header || '', onchange: () => say(() => `${s.sheet}!header=${input.value.trim() || 0}`)()});
    return h('label', {class: 'field'}, h('span', {class: 'small'}, t('import.heading_row')), input);
  };
  const meaning = (s) => (c) => {
    const select = h('select', {class: 'input', 'aria-label': t('import.column', {name: c.header || c.column}), onchange: say(() => `${s.sheet}!${c.column}=${select.value || none}`)},
      h('option', {value: ''}, t('import.ignored')), roles.map((r) => h('option', {value: r.value, selected: r.value === c.role}, r.label)));
    return h('label', {class: 'field'}, h('span', {class: 'small'}, `${c.column} · ${c.header || ''}`), select);
  };
  return h('details', {class: 'more-fields import-map', open: !p.rows.length}, h('summary', {}, t('import.mapping')), h('p', {class: 'small soft measure'}, t('import.mapping_text')), sheets.map((s) => h('fieldset', {class: 'group'}, h('legend', {}, s.sheet),
    s.remembered && h('p', {class: 'small soft'}, t('import.remembered')), h('div', {class: 'import-columns'}, columns && heading(s), s.columns.map(meaning(s))))));
}

/* --- the end --- */

async function drop(api) {
  const p = api.state.preview;
  try { await send('POST', `/imports/${p.batch}/undo`); } catch (error) { if (error.status !== 404) fail(error); }
  api.state.preview = null;
  api.start();
}

function apply(api, doubts, bad) {
  const p = api.state.preview;
  const will = ['new', 'changed', 'matched', 'moved'].reduce((n, k) => n + (p.counts?.[k] || 0), 0);
  const leaving = p.counts?.left || 0;
  const leavers = leaving > 0 && field({name: 'left', type: 'bool', label: t('import.leavers', {n: leaving}), help: t('import.leavers_help')});
  const bar = progress({label: t('import.applying')});
  bar.el.hidden = true;
  const wrong = h('div', {role: 'alert'});
  const run = async (more) => {
    bar.el.hidden = false;
    bar.set(null);
    wrong.replaceChildren();
    try {
      const done = await follow(api, await send('POST', '/imports/apply', {batch: p.batch, ...more, ...(leavers && leavers.get() ? {apply_left: true} : {})}), bar);
      finished(api, done || {counts: p.counts});
    } catch (error) {
      if (error.name === 'AbortError') return;
      bar.el.hidden = true;
      wrong.replaceChildren(note({attention: true, icon: 'warning', title: t('import.not_applied'), text: error.message, actions: error.code === 'import.removes_many' ? [button({label: t('import.really_left'), kind: 'danger', press: () => run({...more, confirm_removal: true})})] : null}));
    }
  };
  const go = button({label: doubts || bad ? t('import.apply_without') : t('import.apply'), icon: 'check', kind: 'primary', large: true, press: async () => {
    if ((doubts || bad) && !await confirm({title: t('import.apply_without'), text: t('import.without_text', {n: doubts + bad}), action: t('import.apply_do')})) return;
    await run({...(doubts ? {skip_doubtful: true} : {}), ...(bad ? {skip_errors: true} : {})});
  }});
  return h('div', {class: 'act-bar no-print'}, will || leaving ? [leavers && leavers.el, go, h('p', {class: 'soft'}, t('import.will', {n: will}))] : note({icon: 'info', text: t('import.nothing_new')}), bar.el, wrong);
}

/* Long work is a job: its card is asked until it is done; the page may be left meanwhile. */
async function follow(api, answer, bar) {
  let card = answer;
  while (card?.job && ['queued', 'running'].includes(card.state)) {
    bar.set(card.total ? card.done / card.total : null, card.total ? t('import.applied_of', {done: number(card.done), total: number(card.total)}) : t('import.applying'));
    await new Promise((resolve) => { setTimeout(resolve, 700); });
    card = {job: card.job, ...(await get(`/jobs/${card.job}`, null, {signal: api.ctx.signal}))};
  }
  if (card?.state === 'failed') throw Object.assign(new Error(card.error?.message || t('import.not_applied')), {name: 'ApiError', status: 422, message: card.error?.message || t('import.not_applied')});
  return card?.result || card;
}

function finished(api, done) {
  const counts = Object.entries(done.counts || api.state.preview.counts || {}).filter(([, n]) => n > 0);
  const batch = done.batch || api.state.preview.batch;
  api.ctx.setQuery({batch: null});
  api.draw(h('section', {class: 'stack'}, note({icon: 'check', title: t('import.done'), text: t('import.done_text')}),
    h('ul', {class: 'import-counts'}, counts.map(([k, n]) => h('li', {}, mark({label: word('import_outcome', k), ...KIND[k]}), h('span', {class: 'number'}, number(n))))),
    done.not_taken && h('p', {class: 'soft measure'}, t('import.not_taken_text')),
    h('div', {class: 'row no-print'}, button({label: t('import.another_file'), icon: 'upload', kind: 'primary', onclick: api.start}), done.not_taken && reportOf(batch), button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => window.print()}), button({label: t('import.undo'), icon: 'undo', kind: 'quiet', press: () => undo(api, batch)}))));
}
