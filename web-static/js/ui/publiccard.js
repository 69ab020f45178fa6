/* publicCard({name, class, entries, reviews}): a pupil as a stranger sees one: what a publisher is given, field by field. */
import {h} from './h.js';
import {icon} from './icon.js';
import {ACTIVITY_ICONS, entryLine} from './entry.js';
import {word} from './meta.js';
import {date, t} from '../i18n.js';

function line(e, picture) {
  const parts = [entryLine(e), e.organiser, e.date && date(e.date), e.mentor && t('public.mentor', {name: e.mentor}), e.team && t('public.team', {n: e.team})].filter(Boolean);
  return h('li', {class: 'public-entry'}, icon(ACTIVITY_ICONS[e.activity] || 'star'), h('div', {class: 'grow'}, h('p', {class: 'public-title'}, e.title), parts.length > 0 && h('p', {class: 'small soft'}, parts.join(' · ')),
    (e.reviews || []).map(said), picture?.(e)));
}
const said = (r) => h('blockquote', {class: 'public-said'}, h('p', {}, r.text), h('p', {class: 'small soft'}, word('review_kind', r.kind)));

export const publicCard = (card, {level = 3, picture} = {}) => h('div', {class: 'public-card'},
  h('div', {class: 'public-head'}, h(`h${level}`, {}, card.name || t('public.nameless')), card.class && h('p', {class: 'soft'}, t('public.class', {name: card.class}))),
  (card.entries || []).length ? h('ul', {class: 'public-entries'}, card.entries.map((e) => line(e, picture))) : h('p', {class: 'soft'}, t('public.empty')),
  (card.reviews || []).map(said));
