/* The head and the tabs of a portfolio: whose it is, quiet counts, cover; for the pupil's own pages and for those who look at it. */
import {h} from './h.js';
import {button} from './button.js';
import {icon} from './icon.js';
import {tabs} from './tabs.js';
import {url} from '../api.js';
import {t} from '../i18n.js';

export const COVERS = ['lines', 'squares', 'leaves', 'waves', 'stars', 'hills'];

/* Whose portfolio the address names: one's own, or a pupil's. */
export const whose = (ctx) => ctx.params.pupil || ctx.session.id;
export const isOwn = (ctx) => whose(ctx) === ctx.session.id;
export const base = (ctx) => (isOwn(ctx) ? '/portfolio' : `/pupils/${whose(ctx)}`);
/* Of a child of whoever is signed in: the guardian's pages belong to it. */
export const ofChild = (ctx) => ctx.place === 'guardian';
/* The pupil themself, or a guardian who may add. */
export const mayAdd = (ctx) => isOwn(ctx) || (ctx.session.children || []).some((c) => c.pupil === whose(ctx) && c.rights?.add !== false);

export function portfolioHead(ctx, {pupil, counts}) {
  const cover = COVERS.includes(pupil.cover) ? pupil.cover : 'lines';
  const name = [pupil.name, pupil.surname].filter(Boolean).join(' ');
  const own = String(pupil.cover || '').match(/^entry:(.+)$/);
  return h('header', {class: `portfolio-head cover-${cover}${own ? ' cover-picture' : ''}`},
    own && h('img', {class: 'cover-img', src: url(`/entries/${own[1]}/files/preview`, {size: 800}), alt: '', width: 800, height: 200}),
    h('div', {class: 'portfolio-name'}, ofChild(ctx) && h('a', {class: 'back no-print', href: '/children'}, icon('chevron-left'), t('children.title')), h('h1', {tabindex: '-1'}, name), pupil.class_name && h('p', {class: 'soft'}, t('portfolio.class', {name: pupil.class_name}))),
    h('ul', {class: 'portfolio-counts'}, counts.filter((c) => c.n).map((c) => h('li', {}, t(c.id, {n: c.n})))),
    pupil.about && h('p', {class: 'portfolio-about'}, pupil.about),
    mayAdd(ctx) && h('div', {class: 'portfolio-add no-print'}, button({label: t(isOwn(ctx) ? 'portfolio.add' : 'portfolio.add_child'), icon: 'plus', kind: 'primary', href: `${base(ctx)}/add`})));
}

/* admission from class 9 (docs: DESIGN); ГТО is added by its own place's route. */
export function portfolioTabs(ctx, classNumber) {
  const at = base(ctx);
  const own = isOwn(ctx);
  return tabs({label: t('portfolio.tabs'), items: [
    {href: at, label: t('portfolio.feed')}, {href: `${at}/sections`, label: t('portfolio.sections')}, {href: `${at}/goals`, label: t('portfolio.goals')},
    TABS.gto && {href: `${at}/gto`, label: t('portfolio.gto')}, {href: `${at}/reviews`, label: t('portfolio.reviews')},
    classNumber >= 9 && {href: `${at}/admission`, label: t('portfolio.admission')},
    ofChild(ctx) && {href: `${at}/links`, label: t('child.links')}, ofChild(ctx) && {href: `${at}/objections`, label: t('child.objections')}, own && {href: `${at}/about`, label: t('portfolio.about')}]});
}
/* Tabs that a place of its own adds: TABS.gto = true with its route. */
export const TABS = {gto: true};

export const classNumber = (pupil) => parseInt(pupil.class_name || '0', 10) || 0;
