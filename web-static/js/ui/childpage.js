/* The head and tabs of a child's pages. childPage(ctx, {title}) → {child, el(…parts)}; the child is not to be known of: ApiError 404. */
import {h} from './h.js';
import {pageHead} from './state.js';
import {classNumber, portfolioTabs} from './portfolio.js';
import {kid} from './child.js';
import {ApiError} from '../api.js';
import {t} from '../i18n.js';

export function childPage(ctx, {title}) {
  const child = kid(ctx.session, ctx.params.pupil);
  if (!child) throw new ApiError(404);
  ctx.title(`${title} — ${child.name}`);
  return {child, el: (...parts) => h('div', {}, pageHead({title: child.name, lead: child.class ? t('children.class', {name: child.class.name || child.class}) : null, back: {href: '/children', label: t('children.title')}}),
  portfolioTabs(ctx, classNumber({class_name: child.class?.name || child.class})),
  h('div', {class: 'child-page'}, h('h2', {class: 'hush'}, title), parts))};
}
