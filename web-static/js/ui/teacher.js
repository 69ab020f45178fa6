/* What the pages of a class have in common: which class, its tabs, the phrases of a teacher. */
import {h} from './h.js';
import {chips} from './chips.js';
import {tabs} from './tabs.js';
import {button} from './button.js';
import {dialog} from './dialog.js';
import {get, list, send} from '../api.js';
import {sortBy, t} from '../i18n.js';

/* Classes the person leads today, else all that may be seen. */
export async function classesOf(ctx) {
  const mine = new Set(ctx.session.roles.filter((r) => r.role === 'class_teacher' || r.role === 'substitute').map((r) => r.class));
  const {items} = await list('/classes', {limit: 200}, {signal: ctx.signal});
  const own = items.filter((c) => mine.has(c.id));
  return own.length ? own : items;
}

/* The class of the address (?class=), else the first. */
export const chosenClass = (ctx, classes) => classes.find((c) => c.id === ctx.query.get('class')) || classes[0] || null;

export function classHead(ctx, classes, klass) {
  const keep = klass ? `?class=${klass.id}` : '';
  return h('div', {class: 'stack-s no-print'},
    classes.length > 1 && chips({label: t('class.choose'), must: true, options: classes.map((c) => ({value: c.id, label: c.name})), value: klass?.id,
      onchange: (v) => { ctx.setQuery({class: v}); ctx.query.set('class', v); ctx.reload(); }}),
    tabs({label: t('class.tabs'), items: [{href: `/class${keep}`, label: t('class.board')}, {href: `/class/accounts${keep}`, label: t('class.accounts')},
      {href: `/class/consents${keep}`, label: t('class.consents')}, {href: `/class/gto${keep}`, label: t('class.gto')}, {href: `/class/olympiads${keep}`, label: t('class.olympiads')}]}));
}

export const sorted = (rows, key = 'name') => sortBy(rows, (r) => r[key]);

/* --- phrases for returning: own ones from the account, and a few to begin with --- */

export async function phrasesOf(signal) {
  const own = await get('/accounts/own', null, {signal}).catch(() => null);
  return {own: own?.phrases || [], all: [...(own?.phrases || []), ...[1, 2, 3, 4].map((n) => t(`check.phrase_${n}`)).filter((p) => !(own?.phrases || []).includes(p))]};
}
export const keepPhrases = (phrases) => send('PATCH', '/accounts/own', {phrases});

/* Asks for the reason: a phrase at one tap, or own words. `press(reason)` sends. → true when done. */
export function askReason({title, phrases, press}) {
  let close = null;
  const input = h('textarea', {class: 'input', id: 'reason', rows: 3, maxlength: 1000, 'aria-describedby': 'reason-wrong'});
  const wrong = h('p', {class: 'wrong', id: 'reason-wrong', hidden: true});
  const keep = h('input', {type: 'checkbox'});
  const go = async (reason) => {
    await press(reason);
    return true;
  };
  const d = dialog({title, body: [
    h('p', {class: 'soft'}, t('check.reason_text')),
    h('div', {class: 'phrases'}, phrases.all.map((p) => button({label: p, icon: 'return', press: () => go(p).then(() => close(true)), class: 'phrase'}))),
    h('div', {class: 'field'}, h('label', {for: 'reason'}, t('check.reason_own')), input, wrong),
    h('label', {class: 'tick'}, keep, h('span', {}, t('check.reason_keep'))),
  ], actions: [{label: t('ui.cancel'), value: false}, {label: t('check.return'), icon: 'return', kind: 'primary', press: async () => {
    const words = input.value.trim();
    wrong.hidden = Boolean(words);
    if (!words) { wrong.textContent = t('form.required'); input.focus(); return false; }
    await go(words);
    if (keep.checked && !phrases.own.includes(words)) { phrases.own.unshift(words); phrases.all.unshift(words); keepPhrases(phrases.own).catch(() => {}); }
    return true;
  }}]});
  close = d.close;
  return d.result.then((v) => v === true);
}
