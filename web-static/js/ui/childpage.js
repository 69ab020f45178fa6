/* The head and tabs of a child's pages. childPage(ctx, title) → {child, el(…parts)} ; the child is not to be known of: ApiError 404. */
import {h} from './h.js';
import {pageHead} from './state.js';
import {tabs} from './tabs.js';
import {button} from './button.js';
import {kid} from './child.js';
import {ApiError} from '../api.js';
import {t} from '../i18n.js';

const classOf = (child) => parseInt(child.class?.name || child.class || '0', 10) || 0;

export function childPage(ctx, {title, add = false} = {}) {
  const child = kid(ctx.session, ctx.params.pupil);
  if (!child) throw new ApiError(404);
  const base = `/children/${child.pupil}`;
  ctx.title(title ? `${title} — ${child.name}` : child.name);
  return {child, base, el: (...parts) => h('div', {}, pageHead({title: child.name, lead: child.class ? t('children.class', {name: child.class.name || child.class}) : null, back: {href: '/children', label: t('children.title')},
    actions: add && child.rights?.add !== false ? button({label: t('children.add'), icon: 'plus', kind: 'primary', href: `${base}/add`}) : null}),
  tabs({label: child.name, items: [{href: base, label: t('child.feed')}, {href: `${base}/reviews`, label: t('child.reviews')}, {href: `${base}/goals`, label: t('child.goals')},
    {href: `/pupils/${child.pupil}/gto`, label: t('child.gto')}, {href: `${base}/links`, label: t('child.links')}, {href: `${base}/objections`, label: t('child.objections')},
    classOf(child) >= 9 && {href: `/pupils/${child.pupil}/admission`, label: t('child.admission')}]}),
  h('div', {class: 'child-page'}, h('h2', {class: 'hush'}, title || t('child.feed')), parts))};
}
