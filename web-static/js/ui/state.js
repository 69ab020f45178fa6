/* What a page shows when there is nothing yet (skeleton), nothing at all (empty), or something went wrong (problem); and marks. */
import {h} from './h.js';
import {icon} from './icon.js';
import {button} from './button.js';
import {says} from './toast.js';
import {t} from '../i18n.js';

/* skeleton('page' | 'cards' | 'rows', n) */
export function skeleton(kind = 'rows', n = 4) {
  const bones = Array.from({length: n}, () => h('div', {class: `bone ${kind === 'rows' ? 'bone-row' : 'bone-card'}`}));
  return h('div', {class: 'skeleton', 'aria-busy': 'true', 'aria-label': t('ui.loading'), role: 'status'},
    kind === 'page' && h('div', {class: 'bone bone-title'}), kind === 'rows' ? bones : h('div', {class: 'grid'}, bones));
}

/* empty({icon, title, text, action}): says what to do first. */
export const empty = ({icon: name = 'book', title, text, action}) => h('div', {class: 'empty'},
  icon(name), title && h('h2', {}, title), text && h('p', {}, text), action);

export function problem(error, retry) {
  const missing = error?.status === 404;
  const refused = error?.status === 403;
  return h('div', {class: 'empty', role: 'alert'},
    icon(missing ? 'search' : refused ? 'lock' : 'warning'),
    h('h1', {}, t(missing ? 'problem.missing' : refused ? 'problem.refused' : 'problem.title')),
    h('p', {}, missing ? t('problem.missing_text') : says(error)),
    error?.request && h('p', {class: 'small'}, t('problem.request', {id: error.request})),
    h('div', {class: 'row'}, retry && !missing && !refused && button({label: t('ui.again'), icon: 'turn', press: retry}),
      button({label: t('ui.home'), icon: 'home', href: '/', kind: 'quiet'})));
}

/* mark({label, icon, kind: 'good' | 'attention' | 'draft' | 'gold' …}) */
export const mark = ({label, icon: name, kind = ''}) => h('span', {class: `mark${kind ? ` mark-${kind}` : ''}`}, name && icon(name), label);

const STATES = {
  draft: {icon: 'pencil', kind: 'draft'}, submitted: {icon: 'clock'}, returned: {icon: 'return', kind: 'attention'},
  verified: {icon: 'check', kind: 'good'}, taken_back: {icon: 'undo', kind: 'draft'},
};
/* State of an entry as marks: the state itself, then what lies over it. */
export function entryMarks(entry, word) {
  const marks = [mark({label: word('entry_state', entry.state), ...STATES[entry.state]})];
  if (entry.disputed || (entry.dispute && !entry.dispute.answer)) marks.push(mark({label: word('entry_mark', 'disputed'), icon: 'flag', kind: 'attention'}));
  if (entry.hidden) marks.push(mark({label: word('entry_mark', 'hidden'), icon: 'eye-off'}));
  return marks;
}

/* note({icon, title, text, attention, actions}) */
export const note = ({icon: name = 'info', title, text, attention, actions}) => h('div', {class: `note${attention ? ' note-attention' : ''}`},
  icon(name), h('div', {class: 'grow'}, title && h('p', {class: 'note-title'}, title), text && h('p', {class: 'measure'}, text), actions && h('div', {class: 'row'}, actions)));

/* The head of a page: heading, a line under it, actions at the right, a way back. */
export const pageHead = ({title, lead, actions, back}) => h('div', {},
  back && h('a', {class: 'back', href: back.href}, icon('chevron-left'), back.label),
  h('div', {class: 'page-head'}, h('div', {class: 'grow'}, h('h1', {tabindex: '-1'}, title), lead && h('p', {class: 'lead'}, lead)),
    actions && h('div', {class: 'row no-print'}, actions)));
