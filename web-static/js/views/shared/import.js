/* Import of a file: dropped, recognised, shown as a table of what would happen, put right row by row, then applied; the report stays. Nothing is
 * written before «Применить». Addresses: ?batch= a file that waits, with &job= while it is being applied, ?report= one that was applied; each can be
 * opened anew at any time. Used by teachers (results of the own class) and the office alike. */
import {all, get, list as ask, send, sendFiles, url} from '../../api.js';
import {date, dateShort, lang, load, number, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {confirm} from '../../ui/dialog.js';
import {field} from '../../ui/field.js';
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {findPupil, fixRow} from '../../ui/importfix.js';
import {menu} from '../../ui/menu.js';
import {fieldOf, loadNouns, word} from '../../ui/meta.js';
import {progress} from '../../ui/progress.js';
import {empty, mark, note, pageHead, problem, skeleton} from '../../ui/state.js';
import {table} from '../../ui/table.js';
import {announce, fail, toast} from '../../ui/toast.js';

const KIND = {new: {kind: 'good', icon: 'plus'}, changed: {icon: 'pencil'}, unchanged: {kind: 'draft', icon: 'check'}, matched: {kind: 'good', icon: 'check'}, moved: {icon: 'swap'}, left: {icon: 'exit'},
  doubtful: {kind: 'attention', icon: 'help'}, error: {kind: 'attention', icon: 'warning'}, contradiction: {kind: 'attention', icon: 'warning'}, not_found: {kind: 'attention', icon: 'search'}, not_ours: {kind: 'draft', icon: 'minus'}, duplicate: {kind: 'draft', icon: 'files'}, waits: {icon: 'clock'}};
const TO_DECIDE = ['doubtful', 'not_found', 'contradiction'];
const SHOWN = 60;
/* The preview of a file just taken, on its way to the page of its address. */
let handed = null;
/* Names of the rows applied last: the report that is kept has none of people who were not found. */
let named = null;

export async function view(ctx) {
  await Promise.all([load('teacher'), loadNouns(['entry'])]);
  ctx.title(t('import.title'));
  const formats = await all('/imports/formats', {}, {signal: ctx.signal});
  const body = h('div', {class: 'stack import'});
  const classes = all('/classes', {}, {signal: ctx.signal}).then((items) => items.map((c) => c.name), () => []);
  const state = {formats, classes: [], preview: null, show: ctx.query.get('show') || '', find: '', most: SHOWN, waiting: [], busy: false};
  classes.then((names) => { state.classes = names; });
  const draw = (...parts) => body.replaceChildren(...parts.flat().filter(Boolean));
  const api = {ctx, state, draw, body, start: () => start(api), open: (p) => { state.preview = p; preview(api); }};
  const {batch, job, report: done} = Object.fromEntries(ctx.query);
  if (done) {
    draw(skeleton('rows', 6));
    report(api, done).catch((error) => { if (error.name !== 'AbortError') draw(problem(error, () => ctx.go('/import', {replace: true}))); });
  } else if (batch && handed?.batch === batch) {
    api.open(handed);
  } else if (batch) {
    draw(skeleton('rows', 6));
    (job ? goOn(api, batch, job) : look(api, batch)).catch((error) => { if (error.name !== 'AbortError') gone(api, error); });
  } else {
    api.start();
  }
  handed = null;
  return h('div', {}, pageHead({title: t('import.title'), lead: t('import.lead')}), body);
}

const look = async (api, batch) => api.open(await send('POST', '/imports/preview', {batch}, {signal: api.ctx.signal}));

/* What waited was applied or taken away meanwhile, by this person or another. */
function gone(api, error) {
  if (error.status !== 404) { api.draw(problem(error, () => api.ctx.reload())); return; }
  api.ctx.setQuery({batch: null, job: null});
  api.start();
  api.draw(note({icon: 'info', text: t('import.gone')}), [...api.body.children]);
}

/* --- the file --- */

function start(api) {
  const {ctx, state, draw} = api;
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
      handed = await sendFiles('POST', '/imports/preview', choice.get() ? {format: choice.get()} : {}, {file: [file]}, {progress: (n, of) => (n < of ? bar.set(n / Math.max(1, of), t('import.reading_file', {name: file.name})) : bar.set(null, t('import.comparing'))), signal: ctx.signal});
      ctx.go(`/import?batch=${handed.batch}`);
    } catch (error) {
      if (error.name === 'AbortError') return;
      bar.el.hidden = true;
      input.value = '';
      wrong.replaceChildren(note({attention: true, icon: 'warning', title: t('import.refused'), text: saying(error)}));
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
  return [h('h2', {}, t('import.before')), h('ul', {class: 'list'}, [...items].sort((a, b) => (b.state === 'waiting') - (a.state === 'waiting') || (a.at < b.at ? 1 : -1)).map((b) => h('li', {class: 'list-row'}, icon('sheet'), h('div', {class: 'grow'}, h('div', {}, b.file_name), h('div', {class: 'small soft'}, [title(b.format), b.at && date(b.at)].filter(Boolean).join(' · '))),
    mark({label: word('import_state', b.state)}), b.state === 'waiting' ? button({label: t('import.continue'), 'aria-label': t('import.continue_of', {name: b.file_name}), href: `/import?batch=${b.id}`})
      : [button({label: t('import.report'), kind: 'quiet', 'aria-label': t('import.report_of', {name: b.file_name}), href: `/import?report=${b.id}`}), b.state === 'applied' && button({label: t('ui.undo'), icon: 'undo', kind: 'quiet', 'aria-label': t('import.undo_of', {name: b.file_name}), press: () => undo(api, b.id)})])))];
}

async function undo(api, id) {
  if (!await confirm({title: t('import.undo'), text: t('import.undo_text'), action: t('import.undo'), danger: true})) return;
  try { await send('POST', `/imports/${id}/undo`); toast(t('import.undone')); api.ctx.go('/import', {replace: true}); } catch (error) { fail(error); }
}

/* --- the preview --- */

const titled = (x) => (typeof x?.title === 'string' ? x.title : x?.title?.[lang()] || x?.title?.ru);
const formatOf = (api) => api.state.formats.find((f) => f.format === api.state.preview.format) || {};
/* Refusals in the page's own words where the program's name a command of the machine. */
const OWN_WORDS = {'import.nothing_known': 'import.not_known', 'import.unrecognised': 'import.not_known', 'import.facts': 'import.missing_first', 'import.removes_many': 'import.leaves_many', 'import.moved': 'import.moved'};
const saying = (error) => (OWN_WORDS[error.code] && (error.params || error.code !== 'import.removes_many') ? t(OWN_WORDS[error.code], error.params) : error.message);
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
const SAME = new Set(['kind', 'section', 'activity']);
/* Of the GTO: «Бег на 60 м: 9,1 с» says it all. */
const IN_TITLE = new Set(['subject', 'gto_test', 'gto_value', 'gto_level', 'gto_order_date', 'result', 'badge', 'level', 'document_kind', 'sex', 'birth']);
function said(r) {
  const v = r.values || {};
  const keys = Object.keys(v).filter((k) => !NAMES.has(k) && !(r.kind === 'results' && (SAME.has(k) || (k === 'level' && v.stage) || (v.activity === 'gto' ? IN_TITLE.has(k) : k === 'title' && v.subject))));
  const rank = (k) => (r.kind === 'results' && FIRST.includes(k) ? FIRST.indexOf(k) : FIRST.length);
  return keys.sort((a, b) => rank(a) - rank(b)).slice(0, 7).map((k) => (k === 'place' && v.place ? t('import.place_of', {place: v.place}) : valueText(v[k], k))).filter(Boolean).join(' · ');
}
const labelOf = (name) => (name === 'uin' ? t('import.uin') : fieldOf('entry.edit', name).label);
const changed = (c) => h('div', {class: 'small'}, `${labelOf(c.field)}: ${valueText(c.from, c.field) || '—'} → ${valueText(c.to, c.field) || '—'}`);

/* --- what is said of rows: one call at a time, what is decided meanwhile goes with the next --- */

async function say(api, ...decisions) {
  const {state} = api;
  state.waiting.push(...decisions);
  if (state.busy) return;
  state.busy = true;
  api.body.setAttribute('aria-busy', 'true');
  try {
    while (state.waiting.length) {
      const decision = state.waiting.splice(0, 100);
      state.preview = await send('POST', `/imports/${state.preview.batch}/resolve`, {decision}, {signal: api.ctx.signal});
      await menusClosed(api);
    }
    const {counts} = state.preview;
    announce(t('import.now', {list: Object.entries(counts).filter(([, n]) => n > 0).map(([k, n]) => `${word('import_outcome', k)} ${number(n)}`).join(', ')}));
  } catch (error) {
    state.waiting = [];
    if (error.name === 'AbortError') return;
    if (error.status === 404) { gone(api, error); return; }
    fail(error);
  } finally {
    state.busy = false;
    api.body.removeAttribute('aria-busy');
  }
  preview(api);
}

/* A menu somebody has just opened is not drawn away under the hand. */
async function menusClosed(api) {
  while (api.body.isConnected && api.body.querySelector('.menu-list:not([hidden])')) {
    await new Promise((done) => { for (const event of ['click', 'keyup', 'popstate']) window.addEventListener(event, done, {once: true}); });
  }
}

const has = (r, words) => !words || nameOf(r).toLocaleLowerCase().replaceAll('ё', 'е').includes(words);

function preview(api) {
  const {ctx, state, draw} = api;
  const p = state.preview;
  const at = keptFocus(api);
  const counts = Object.entries(p.counts || {}).filter(([, n]) => n > 0);
  if (state.show && !p.counts[state.show]) state.show = '';
  const open = p.rows.filter((r) => r.outcome === 'doubtful');
  const bad = p.rows.filter((r) => r.outcome === 'error' || r.outcome === 'contradiction');
  /* what changes something stands first; rows that change nothing are a chip away */
  const some = p.rows.filter((r) => r.outcome !== 'unchanged');
  const words = state.find.trim().toLocaleLowerCase().replaceAll('ё', 'е');
  const rows = (state.show ? p.rows.filter((r) => r.outcome === state.show) : some.length ? some : p.rows).filter((r) => has(r, words));
  const show = (k) => { state.show = k || ''; state.most = SHOWN; ctx.setQuery({show: state.show}); preview(api); };
  const find = p.rows.length > 20 && field({name: 'find', type: 'text', inputType: 'search', label: t('import.find_row'), value: state.find, onchange: (v) => { state.find = v || ''; state.most = SHOWN; preview(api); }});
  if (find) find.el.classList.add('search', 'no-print');
  draw(h('section', {class: 'import-sum'}, h('div', {class: 'row row-apart'}, h('div', {}, h('h2', {}, p.file_name || t('import.file')), h('p', {class: 'soft'}, formatOf(api).title || p.format)), h('div', {class: 'row no-print'},
    button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => printAll(api)}),
    reportOf(p.batch),
    button({label: t('import.another'), icon: 'trash', kind: 'quiet', press: () => drop(api)}))),
  chips({label: t('import.outcomes'), value: state.show, options: counts.map(([k, n]) => ({value: k, label: word('import_outcome', k), icon: KIND[k]?.icon, count: number(n)})), onchange: show}), countList(counts)),
  facts(api), unread(p), leftOut(p), mapping(api),
  open.length > 0 && note({attention: true, icon: 'help', title: t('import.doubts', {n: open.length}), text: t('import.doubts_text'), actions: [state.show !== 'doubtful' && button({label: t('import.show_doubts'), onclick: () => show('doubtful')})].filter(Boolean)}),
  bad.length > 0 && note({icon: 'warning', title: t('import.errors', {n: bad.length}), text: t('import.errors_text'), actions: [!['error', 'contradiction'].includes(state.show) && button({label: t('import.show_doubts'), onclick: () => show(bad[0].outcome)})].filter(Boolean)}),
  find && find.el,
  rows.length ? h('div', {class: 'import-rows'}, rowTable(api, rows)) : empty({icon: 'check', title: t('import.no_rows')}),
  rows.length > state.most && h('div', {class: 'list-more'}, button({label: t('list.more'), onclick: () => { state.most += 200; preview(api); }}), h('p', {class: 'small soft'}, t('import.shown', {n: rows.length, shown: number(state.most)}))),
  apply(api, open.length, bad.length));
  at();
}

/* Columns and rows that were not read: the preview is not the whole of the file. */
function unread(p) {
  const said = (p.sheets || []).flatMap((s) => (s.problems || []).map((x) => (p.sheets.length > 1 ? `${s.sheet}: ${x.message}` : x.message)));
  if (!said.length) return null;
  return h('section', {class: 'note note-attention'}, icon('warning'), h('div', {class: 'grow'}, h('p', {class: 'note-title'}, t('import.unread')), h('ul', {class: 'measure'}, said.map((x) => h('li', {}, x)))));
}

/* Lines that are no results, by what they were taken for: a pupil taken for a signature would be seen here. */
const LINES = 300;
function leftOut(p) {
  const lines = p.skipped || [];
  if (!lines.length) return null;
  const place = (x) => (p.sheets.length > 1 ? `${x.sheet}, ${x.row}` : t('import.row', {n: x.row}));
  return h('details', {class: 'more-fields import-left'}, h('summary', {}, t('import.left_out', {n: lines.length})), h('ul', {class: 'measure small'}, lines.slice(0, LINES).map((x) => h('li', {}, `${place(x)}: ${x.message}`))),
    lines.length > LINES && h('p', {class: 'small soft'}, t('import.shown', {n: lines.length, shown: number(LINES)})));
}

/* On paper the counts are a list: chips are only there to be pressed. */
const countList = (counts) => h('div', {class: 'only-print'}, counts.map(([k, n]) => `${word('import_outcome', k)}: ${number(n)}`).join(' · '));

/* Every row of what is shown, not the first ones alone. */
function printAll(api) {
  api.state.most = Infinity;
  preview(api);
  window.print();
}

/* The page is drawn anew after each answer: whoever works with the keyboard stays where they were. */
function keptFocus(api) {
  const el = document.activeElement;
  if (!el || !api.body.contains(el)) return () => {};
  const row = el.closest('[data-row]')?.dataset.row;
  const name = el.id?.startsWith('import') ? null : el.getAttribute('name') || el.closest('[data-value]')?.dataset.value;
  const caret = el.selectionStart;
  return () => {
    const again = row ? [...api.body.querySelectorAll('[data-row]')].find((x) => x.dataset.row === row)?.querySelector('button, select') : name && (api.body.querySelector(`[name="${name}"]`) || api.body.querySelector(`.chip[data-value="${name}"]`));
    again?.focus({preventScroll: true});
    if (again && caret != null && again.type === 'search') again.setSelectionRange(caret, caret);
  };
}

const plainly = (r, message) => {
  const words = message.startsWith(t('import.row_said', {n: r.row})) ? message.slice(t('import.row_said', {n: r.row}).length) : message;
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
};

function rowTable(api, rows) {
  const shown = rows.slice(0, api.state.most);
  return table({caption: t('import.caption'), hideCaption: true, rows: shown, columns: [
    {name: 'row', label: t('import.place'), cell: (r) => h('span', {class: 'small soft number'}, r.row ? `${r.sheet ? `${r.sheet}, ` : ''}${r.row}` : t('import.not_in_file'))},
    {name: 'who', label: t('import.who'), head: true, cell: (r) => (r.pupil ? h('a', {href: `/pupils/${r.pupil}`, target: '_blank', rel: 'noopener'}, nameOf(r)) : nameOf(r))},
    {name: 'values', label: t('import.what'), cell: (r) => h('span', {class: 'small'}, said(r))},
    {name: 'outcome', label: t('import.outcome'), cell: (r) => h('div', {class: 'stack-s'}, mark({label: word('import_outcome', r.outcome), ...KIND[r.outcome]}), (r.changes || []).filter((c) => typeof c === 'object' && c.field).map(changed), (r.problems || []).map((x) => h('div', {class: 'small'}, plainly(r, x.message || x.code))), r.why && !r.problems?.length && h('div', {class: 'small soft'}, r.why))},
    {name: 'decide', label: t('import.decision'), cell: (r) => (r.row ? h('div', {class: 'import-choices no-print', dataset: {row: keyOf(r)}}, decide(api, r)) : '')},
  ]});
}

const headingsOf = (api, r) => Object.fromEntries((api.state.preview.sheets || []).filter((s) => s.sheet === r.sheet).flatMap((s) => (s.columns || []).map((c) => [c.column, c.header])));

async function fix(api, r) {
  try {
    const decisions = await fixRow({batch: api.state.preview.batch, row: r, headings: headingsOf(api, r), signal: api.ctx.signal});
    if (decisions?.length) await say(api, ...decisions);
  } catch (error) {
    if (error.name !== 'AbortError') fail(error);
  }
}

async function choosePupil(api, r) {
  const found = await findPupil({name: r.values?.surname || nameOf(r).split(' ')[0]});
  if (found) await say(api, `${keyOf(r)}=${found.id}`);
}

/* One tap a candidate; «пропустить» leaves the row out; what was decided can be asked anew. Rows that are taken have the same in a menu. */
function decide(api, r) {
  const p = api.state.preview;
  const name = nameOf(r);
  const to = (choice, part = '') => () => say(api, `${keyOf(r)}${part}=${choice}`);
  const mine = Object.keys(p.decisions || {}).filter((k) => k === keyOf(r) || k.startsWith(`${keyOf(r)}.`));
  const codes = (r.problems || []).map((x) => x.code || '');
  const parts = (r.candidates || []).slice(0, 8);
  const label = (c) => [c.name || c.id, c.class, c.birth && dateShort(c.birth)].filter(Boolean).join(', ');
  const asks = TO_DECIDE.includes(r.outcome) || r.outcome === 'error';
  const slot = (c) => (c.slot ? `.${c.slot}` : '');
  const more = [mine.length > 0 && {label: t('import.undecide'), icon: 'undo', press: () => say(api, ...mine.map((k) => `${k}=ask`))},
    {label: t('import.fix'), icon: 'pencil', press: () => fix(api, r)},
    r.kind === 'results' && {label: t('import.find'), icon: 'search', press: () => choosePupil(api, r)},
    {label: t('import.skip'), icon: 'close', press: to('skip')}].filter(Boolean);
  const others = menu({label: t('import.more_of', {name}), items: more});
  const asked = parts.some((c) => c.slot);
  const people = [...new Set(parts.map((c) => c.slot).filter((x) => /^guardian/.test(x || '')))];
  const whose = !parts.length || parts.some((c) => !c.slot); /* it is the pupil who is asked about */
  if (!asks && !asked) return [mine.length > 0 && h('span', {class: 'small soft'}, t(p.decisions[keyOf(r)] === 'skip' ? 'import.skipped' : 'import.decided')), others];
  return [asks && codes.some((c) => /class/.test(c)) && p.format === 'roster' && h('select', {class: 'input', 'aria-label': t('import.class_of', {name}), onchange: (e) => { if (e.target.value) to(e.target.value, '.class')(); }},
    h('option', {value: ''}, t('import.which_class')), api.state.classes.map((c) => h('option', {value: c}, c))),
  parts.map((c) => button({label: c.slot ? t(`import.slot_${c.slot.replace(/\d+$/, '')}`, {name: label(c)}) : label(c), icon: 'person', press: to(c.id, slot(c))})),
  parts.some((c) => c.slot === 'mentor') && button({label: t('import.mentor_text'), kind: 'quiet', press: to('skip', '.mentor')}),
  r.outcome === 'contradiction' && codes.includes('edited_since') && button({label: t('import.replace'), icon: 'swap', press: to('update')}),
  r.outcome === 'contradiction' && codes.includes('entry_contradicts') && button({label: t('import.beside'), icon: 'plus', press: to('add')}),
  people.map((x) => button({label: t('import.another_guardian'), icon: 'plus', press: to('new', `.${x}`)})),
  asks && whose && p.format === 'roster' && r.outcome !== 'error' && button({label: t('import.is_new'), icon: 'plus', press: to('new')}),
  asks && r.kind === 'results' && r.outcome === 'not_found' && button({label: t('import.find'), icon: 'search', 'aria-label': t('import.find_of', {name}), press: () => choosePupil(api, r)}),
  r.outcome === 'error' && button({label: t('import.fix'), icon: 'pencil', 'aria-label': t('import.fix_of', {name}), press: () => fix(api, r)}),
  asks && button({label: t('import.skip'), icon: 'close', kind: 'quiet', 'aria-label': t('import.skip_of', {name}), press: to('skip')}), others];
}

/* What the file does not say of itself: a stage, a year. */
function facts(api) {
  const p = api.state.preview;
  const missing = p.missing || [];
  if (!missing.length) return null;
  const known = formatOf(api).facts || [];
  const fields = missing.map((name) => {
    const fact = known.find((f) => f.name === name);
    return field({name, type: fact?.values ? 'enum' : name === 'date' ? 'date' : 'text', options: fact?.values?.map((v) => ({value: v, label: word(name, v)})), label: titled(fact) || word('import_fact', name)});
  });
  return h('section', {class: 'note note-attention no-print'}, icon('help'), h('div', {class: 'grow stack'}, h('p', {class: 'note-title'}, t('import.missing')), fields.map((f) => f.el), h('div', {}, button({label: t('import.say'), kind: 'primary', press: async () => {
    const fact = fields.filter((f) => f.get()).map((f) => `${f.name}=${f.get()}`);
    if (!fact.length) { fields[0].el.querySelector('input, select')?.focus(); return; }
    try { api.open(await send('POST', '/imports/preview', {batch: p.batch, fact})); } catch (error) { fail(error); }
  }}))));
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
  const told = (column) => async () => { try { api.open(await send('POST', `/imports/${p.batch}/map`, {column: [column()]})); } catch (error) { fail(error); } };
  const heading = (s) => {
    const input = h('input', {class: 'input input-number', type: 'text', inputmode: 'numeric', maxlength: 5, value: s.header || '', onchange: () => told(() => `${s.sheet}!header=${input.value.trim() || 0}`)()});
    return h('label', {class: 'field'}, h('span', {class: 'small'}, t('import.heading_row')), input);
  };
  const meaning = (s) => (c) => {
    const select = h('select', {class: 'input', 'aria-label': t('import.column', {name: c.header || c.column}), onchange: told(() => `${s.sheet}!${c.column}=${select.value || none}`)},
      h('option', {value: ''}, t('import.ignored')), roles.map((r) => h('option', {value: r.value, selected: r.value === c.role}, r.label)));
    return h('label', {class: 'field'}, h('span', {class: 'small'}, `${c.column} · ${c.header || ''}`), select);
  };
  return h('details', {class: 'more-fields import-map no-print', open: api.state.mapOpen ?? !p.rows.length, ontoggle: (e) => { api.state.mapOpen = e.target.open; }}, h('summary', {}, t('import.mapping')), h('p', {class: 'small soft measure'}, t('import.mapping_text')), sheets.map((s) => h('fieldset', {class: 'group'}, h('legend', {class: s.sheet ? null : 'hush'}, s.sheet || t('import.mapping')),
      s.remembered && h('p', {class: 'small soft'}, t('import.remembered')), h('div', {class: 'import-columns'}, columns && heading(s), s.columns.map(meaning(s))))));
}

/* --- the end --- */

async function drop(api) {
  const p = api.state.preview;
  if (Object.keys(p.decisions || {}).length && !await confirm({title: t('import.remove'), text: t('import.remove_text'), action: t('import.remove'), danger: true})) return;
  try { await send('POST', `/imports/${p.batch}/undo`); } catch (error) { if (error.status !== 404) { fail(error); return; } }
  api.ctx.go('/import', {replace: true});
}

function apply(api, doubts, bad) {
  const p = api.state.preview;
  if (p.missing?.length || !p.rows.length) return null; /* asked for above */
  const will = ['new', 'changed', 'matched', 'moved'].reduce((n, k) => n + (p.counts?.[k] || 0), 0);
  const leaving = p.counts?.left || 0;
  const leavers = leaving > 0 && field({name: 'left', type: 'bool', label: t('import.leavers', {n: leaving}), help: t('import.leavers_help')});
  const bar = progress({label: t('import.applying')});
  bar.el.hidden = true;
  const wrong = h('div', {role: 'alert'});
  const tell = (error, more) => wrong.replaceChildren(note({attention: true, icon: 'warning', title: t('import.not_applied'), text: saying(error), actions: [error.code === 'import.removes_many' && button({label: t('import.really_left'), kind: 'danger', press: () => run({...more, apply_left: true, confirm_removal: true})}),
    (error.code === 'import.moved' || error.status === 404) && button({label: t('import.look_again'), press: () => look(api, p.batch).catch((e) => gone(api, e))})].filter(Boolean)}));
  const left = {...(doubts || p.counts.contradiction ? {skip_doubtful: true} : {}), ...(bad || p.counts.not_found ? {skip_errors: true} : {})};
  if (api.state.wrong) tell(api.state.wrong, left);
  api.state.wrong = null;
  const run = async (more) => {
    bar.el.hidden = false;
    bar.set(null);
    wrong.replaceChildren();
    try {
      const answer = await send('POST', '/imports/apply', {batch: p.batch, seen: p.seen, ...more, ...(leavers && leavers.get() ? {apply_left: true} : {})});
      named = {batch: p.batch, of: new Map(p.rows.map((r) => [keyOf(r), nameOf(r)]))};
      if (answer.job) api.ctx.setQuery({job: answer.job});
      await (answer.job ? goOn(api, p.batch, answer.job) : finished(api, answer, p.batch));
    } catch (error) {
      if (error.name === 'AbortError') return;
      bar.el.hidden = true;
      tell(error, more);
    }
  };
  const go = button({label: doubts + bad ? t('import.apply_without', {n: doubts + bad}) : t('import.apply'), icon: 'check', kind: 'primary', large: true, press: async () => {
    if (doubts + bad && !await confirm({title: t('import.apply_without', {n: doubts + bad}), text: t('import.without_text', {n: doubts + bad}), action: t('import.apply_do')})) return;
    await run(left);
  }});
  return h('div', {class: 'act-bar no-print'}, will || leaving ? [leavers && leavers.el, go, h('p', {class: 'soft'}, t('import.will', {n: will}))] : note({icon: 'info', text: t('import.nothing_new')}), bar.el, wrong);
}

/* Long work is a job: its card is asked until it is done; the page may be left meanwhile. */
async function follow(api, answer, bar) {
  let card = answer;
  while (card?.job && ['queued', 'running'].includes(card.state)) {
    const ready = card.total && card.done + 1 >= card.total; /* one step for all: it is written whole or not at all */
    bar.set(card.total && !ready ? card.done / card.total : null, ready ? t('import.writing') : card.total ? t('import.applied_of', {done: number(card.done), total: number(card.total)}) : t('import.comparing'));
    await new Promise((resolve) => { setTimeout(resolve, 700); });
    card = {job: card.job, ...(await get(`/jobs/${card.job}`, null, {signal: api.ctx.signal}))};
  }
  if (card?.state === 'failed' || card?.state === 'cancelled') throw Object.assign(new Error(), {name: 'ApiError', status: 422, code: card.error?.code, message: card.error?.message || t('import.not_applied')});
  return card?.answer || card;
}

/* Long work: its own page, which may be closed and opened anew meanwhile. */
async function goOn(api, batch, job) {
  const bar = progress({label: t('import.comparing')});
  api.draw(note({icon: 'clock', title: t('import.applying'), text: t('import.leave')}), bar.el);
  try {
    const card = await get(`/jobs/${job}`, null, {signal: api.ctx.signal});
    await finished(api, await follow(api, {job, ...card}, bar), batch);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    api.ctx.setQuery({job: null});
    api.state.wrong = error;
    await look(api, batch).catch((e) => gone(api, e));
  }
}

/* What was written has an address of its own; where nothing was, there is nothing to come back to. */
async function finished(api, done, batch) {
  if (done?.state !== 'unchanged') { await api.ctx.go(`/import?report=${batch}`, {replace: true}); return; }
  api.ctx.setQuery({batch: null, job: null, show: null});
  api.draw(note({icon: 'check', title: t('import.done'), text: t('import.nothing_new')}), h('div', {}, button({label: t('import.another_file'), icon: 'upload', kind: 'primary', href: '/import'})));
}

/* --- what became of a file: counts, and the rows that were not taken with their reasons --- */

async function report(api, id) {
  const {ctx, state} = api;
  const done = await get(`/imports/${id}`, null, {signal: ctx.signal});
  if (done.rows) { await ctx.go(`/import?batch=${id}`, {replace: true}); return; } /* still waits */
  const {items} = await ask(`/imports/${id}/rows`, null, {signal: ctx.signal}).catch((error) => { if (error.name === 'AbortError') throw error; return {items: []}; });
  const counts = Object.entries(done.counts || {}).filter(([, n]) => n > 0);
  const format = state.formats.find((f) => f.format === done.format)?.title || done.format;
  const undone = done.state === 'undone';
  const draw = (most) => api.draw(note({icon: undone ? 'undo' : 'check', title: t(undone ? 'import.undone' : 'import.done'), text: undone ? null : t('import.done_text')}),
    h('section', {class: 'import-sum'}, h('h2', {}, done.file_name), h('p', {class: 'soft'}, [format, done.created?.at && date(done.created.at)].filter(Boolean).join(' · ')),
      h('ul', {class: 'import-counts'}, counts.map(([k, n]) => h('li', {}, mark({label: word('import_outcome', k), ...KIND[k]}), h('span', {class: 'number'}, number(n)))))),
    h('div', {class: 'row no-print'}, button({label: t('import.another_file'), icon: 'upload', kind: 'primary', href: '/import'}), button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => { draw(Infinity); window.print(); }}),
      items.length > 0 && reportOf(id), !undone && button({label: t('import.undo'), icon: 'undo', kind: 'quiet', press: () => undo(api, id)})),
    items.length > 0 && h('section', {class: 'stack'}, h('h2', {}, t('import.not_taken')), h('p', {class: 'soft measure'}, t('import.not_taken_text')), table({caption: t('import.not_taken'), hideCaption: true, rows: items.slice(0, most), columns: [
      {name: 'row', label: t('import.place'), cell: (r) => [r.sheet, r.row].filter(Boolean).join(', ')},
      {name: 'who', label: t('import.who'), head: true, cell: (r) => r.values || (named?.batch === id && named.of.get(keyOf(r))) || '—'},
      {name: 'outcome', label: t('import.outcome'), cell: (r) => mark({label: word('import_outcome', r.outcome), ...KIND[r.outcome]})},
      {name: 'why', label: t('import.why'), cell: (r) => plainly(r, r.why)},
    ]}), items.length > most && h('div', {class: 'list-more'}, button({label: t('list.more'), onclick: () => draw(most + 200)}))));
  draw(SHOWN);
}
