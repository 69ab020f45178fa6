/* A portfolio by its link, for whoever has it. The key stands behind the # of the address, which a browser sends to nobody; it goes in the body of the question. */
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {publicCard} from '../../ui/publiccard.js';
import {send} from '../../api.js';
import {date, t} from '../../i18n.js';

export async function view(ctx) {
  ctx.title(t('public.title'));
  const token = location.hash.slice(1);
  let got;
  try {
    got = await send('POST', '/shares/open', {token: token || '-'}, {anonymous: true, key: null, signal: ctx.signal});
  } catch (error) {
    if (!error.status || error.status >= 500) throw error;
    return h('div', {class: 'empty'}, icon('link'), h('h1', {tabindex: '-1'}, t('public.closed')), h('p', {}, error.message));
  }
  ctx.title(got.portfolio.name || t('public.title'));
  return h('article', {class: 'public-page'}, h('p', {class: 'soft'}, got.school), publicCard(got.portfolio, {level: 1}),
    h('p', {class: 'small soft public-foot'}, t('public.until', {date: date(got.to)})));
}
