/* The children of whoever is signed in: who they are, and choosing one. */
import {chips} from './chips.js';
import {t} from '../i18n.js';

/* Children for whom this right is on today. */
export const kids = (session, right = 'see') => (session.children || []).filter((c) => c.rights?.[right] !== false);
export const kid = (session, id) => (session.children || []).find((c) => c.pupil === id);
/* «Иванова Маша Петровна» → «Маша» */
export const firstName = (name) => (name || '').split(' ')[1] || name || '';

/* Chips to choose a child by; nothing for one child alone. */
export function childChips(list, value, onchange) {
  if (list.length < 2) return null;
  return chips({label: t('child.choose'), must: true, value, options: list.map((c) => ({value: c.pupil, label: firstName(c.name)})), onchange});
}

/* The child the page is about: from the address, else the first. */
export const chosen = (ctx, list) => list.find((c) => c.pupil === ctx.query.get('child')) || list[0];
