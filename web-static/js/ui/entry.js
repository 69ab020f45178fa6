/* An entry wherever it is shown: its picture, its words, its facts, the fields of its form. */
import {h} from './h.js';
import {card} from './card.js';
import {picture} from './picture.js';
import {entryMarks, mark} from './state.js';
import {fieldOf, word, words} from './meta.js';
import {head, url} from '../api.js';
import {compare, date, dateShort, has, number, t} from '../i18n.js';

export const ACTIVITY_ICONS = {olympiad: 'trophy', contest: 'star', festival: 'palette', conference: 'microphone', project: 'flask', sport: 'sport', gto: 'runner', art: 'palette',
  volunteering: 'heart', self_government: 'flag', course: 'cap', practice: 'bag', exam: 'file', other: 'box'};

export const cap = (text) => (text ? text.charAt(0).toLocaleUpperCase() + text.slice(1) : '');

/* «призёр, 2 степень», «3 место», «золотой знак» */
export function resultText(e) {
  const parts = [e.result === 'badge' && e.badge ? t('entry.badge', {badge: word('badge', e.badge)}) : word('result', e.result),
    e.degree && t('entry.degree', {value: e.degree}), e.place && t('entry.place', {value: e.place}),
    e.score != null && (e.score_max ? t('entry.score_of', {score: number(e.score), max: number(e.score_max)}) : t('entry.score', {score: number(e.score)}))];
  return parts.filter(Boolean).join(', ');
}
/* «муниципальный уровень · призёр» */
export const entryLine = (e) => [e.level && t('entry.level', {level: word('level', e.level)}), resultText(e)].filter(Boolean).join(' · ');

/* Medals only where there are medals. */
const MEDAL = {gold: 'gold', silver: 'silver', bronze: 'bronze'};
export const medal = (e) => (e.badge && MEDAL[e.badge] ? mark({label: word('badge', e.badge), icon: 'medal', kind: MEDAL[e.badge]}) : null);

export const filesCount = (e) => (Array.isArray(e.files) ? e.files.length : e.files || 0);
export const previewOf = (e, size) => url(`/entries/${e.id}/files/preview`, {size});

/* A card of the stream. Marks of what needs nothing (verified) stay quiet. */
export function entryCard(e, {href = `/entries/${e.id}`, actions, body, attention, who, id} = {}) {
  return card({href, id, title: e.title || t('entry.untitled'), attention, body, actions,
    picture: picture({src: filesCount(e) ? previewOf(e, 320) : null, icon: ACTIVITY_ICONS[e.activity] || 'file', pages: filesCount(e)}),
    lines: [who, entryLine(e) || (!who && cap(word('activity', e.activity))), [e.date && dateShort(e.date), e.organiser].filter(Boolean).join(' · ')],
    marks: [...entryMarks(e, word), medal(e), e.significant && mark({label: t('entry.significant'), icon: 'star', kind: 'good'})].filter(Boolean)});
}

/* --- facts --- */

const FACTS = ['activity', 'section', 'level', 'stage', 'result', 'date', 'organiser', 'subject', 'format', 'participation', 'mentor', 'hours', 'document', 'link', 'description', 'class_name', 'sensitive'];

export const labelOf = (name) => (has(`entry.field.${name}`) ? t(`entry.field.${name}`) : fieldOf('entry.add', name).label);

/* A value of an entry's document in words; null when there is nothing to say. */
export function valueText(name, v, e = {}) {
  if (v === null || v === undefined || v === '' || v === false) return null;
  if (name === 'date') return e.date_to && e.date_to !== v ? `${date(v)} – ${date(e.date_to)}` : date(v);
  if (name === 'date_to') return date(v);
  if (name === 'result') return cap(resultText(e.result ? e : {result: v}));
  if (name === 'participation') return [cap(word('participation', v)), e.team_size && t('entry.team', {n: e.team_size})].filter(Boolean).join(', ');
  if (name === 'mentor') return typeof v === 'string' ? v : v.name || (v.person ? t('entry.mentor_staff') : null);
  if (name === 'document') return [cap(word('document_kind', v.kind)), v.number && t('entry.number', {value: v.number}), v.date && date(v.date), v.issuer].filter(Boolean).join(', ') || null;
  if (name === 'files') return v.map((f) => f.name).sort(compare).join(', ');
  if (v === true) return t('ui.yes');
  const set = fieldOf('entry.add', name).values;
  if (set) return cap(word(set, v));
  return typeof v === 'number' ? number(v) : typeof v === 'object' ? null : String(v);
}

export function entryFacts(e, {changed = new Set(), skip = []} = {}) {
  const rows = FACTS.filter((n) => !skip.includes(n)).map((n) => [n, valueText(n, e[n], e)]).filter(([, v]) => v);
  if (e.source?.state_list) rows.push(['state_list', e.source.state_list]);
  return h('dl', {class: 'facts'}, rows.map(([n, v]) => [h('dt', {}, labelOf(n)),
    h('dd', {class: changed.has(n) && 'facts-changed'}, n === 'link' ? h('a', {href: v, rel: 'noopener noreferrer', target: '_blank'}, v) : v)]));
}

/* --- pages of the document --- */

const MANY = /pdf|tiff|officedocument|opendocument/;
/* For viewer(): every file, and every page of a file of several pages. */
export async function pagesOf(e, options = {}) {
  const path = `/entries/${e.id}/files`;
  const counted = await Promise.all((e.files || []).map(async (f) => {
    if (!MANY.test(f.type || '')) return 1;
    const headers = await head(`${path}/preview`, {path: f.path, size: 800}, {...options, attempts: 2}).catch(() => null);
    return Math.min(50, Number(headers?.get('X-Letopis-Pages')) || 1);
  }));
  return (e.files || []).flatMap((f, i) => Array.from({length: counted[i]}, (_, page) => ({name: f.name, path: f.path, page: page + 1, type: f.type, alt: t('entry.page_of', {name: f.name, n: page + 1}),
    src: (size) => url(`${path}/preview`, {path: f.path, size, page: page + 1}), download: url(path, {path: f.path})})));
}

/* --- the form --- */

/* Values of the form from the document: what stands in parts of its own is flat in the use case. */
export const flat = (e) => ({...e, mentor: typeof e.mentor === 'string' ? e.mentor : e.mentor?.name, document_kind: e.document?.kind, document_number: e.document?.number,
  document_issuer: e.document?.issuer, document_date: e.document?.date});

const ENTERED = ['course', 'practice', 'volunteering', 'self_government'];
const MADE = ['project', 'art'];
/* What sort of record it is follows from what was filled in. */
export function kindOf(v) {
  if (v.result || v.level) return v.result ? 'achievement' : ENTERED.includes(v.activity) ? 'experience' : MADE.includes(v.activity) ? 'work' : 'achievement';
  if (ENTERED.includes(v.activity)) return 'experience';
  if (MADE.includes(v.activity)) return 'work';
  return v.document_kind ? 'document' : 'achievement';
}

/* Fields of the form for that activity: [asked at once, behind «Подробнее»]. Three are obligatory. */
export function entryFields(activity, {organisers = [], today} = {}) {
  const entered = ENTERED.includes(activity);
  const made = MADE.includes(activity);
  const results = words('result').filter((w) => ['winner', 'prize_winner', 'laureate', 'participant', 'completed', 'diploma_holder', 'grand_prix', 'champion', 'medallist', 'special_prize', 'finalist', 'titled', 'badge'].includes(w.value));
  const asked = [
    {name: 'title', label: t(has(`add.title.${activity}`) ? `add.title.${activity}` : 'add.title'), help: t('add.title_help'), required: true, whole: true},
    {name: 'level', type: 'enum', as: 'segments', values: 'level', whole: true, required: !entered && !made},
    {name: 'result', type: 'enum', options: results, required: !entered && !made},
    {name: 'date', required: true, to: today},
    {name: 'organiser', suggest: organisers, whole: true},
  ];
  if (activity === 'volunteering') asked.splice(3, 0, {name: 'hours', help: t('add.hours_help')});
  if (activity === 'olympiad') asked.splice(4, 0, {name: 'subject'});
  const rest = ['place', 'degree', ...(activity === 'olympiad' ? ['stage', 'score', 'score_max'] : ['subject']), 'format', 'participation', 'team_size', 'section', 'mentor', ...(activity === 'volunteering' ? [] : ['hours']),
    'date_to', 'document_kind', 'document_number', 'document_issuer', 'document_date', {name: 'link', whole: true, inputType: 'url'}, {name: 'description', whole: true}, {name: 'sensitive', whole: true, help: t('add.sensitive_help')}];
  return [asked, rest];
}
