/* A portfolio by its link, for whoever has it. The key stands behind the # of the address, which a browser sends to nobody; it goes in the body of the question. */
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {publicCard} from '../../ui/publiccard.js';
import {bytesUrl, send} from '../../api.js';
import {date, t} from '../../i18n.js';

/* Public copies of the entry's pictures. */
function pictures(e, token) {
  if (!e.files?.length) return null;
  return h('div', {class: 'public-pictures'}, e.files.slice(0, 6).map((f) => {
    const box = h('span', {class: 'picture'}, icon('image'));
    bytesUrl('/shares/picture', {token, entry: e.entry, path: f.path, page: f.page, size: '800'}).then((src) => {
      const img = h('img', {src, alt: t('public.picture', {title: e.title}), width: 800, height: 600});
      img.addEventListener('load', () => { img.classList.add('seen'); URL.revokeObjectURL(src); });
      box.replaceChildren(img);
    }, () => box.remove());
    return box;
  }));
}

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
  return h('article', {class: 'public-page'}, publicCard(got.portfolio, {level: 1, picture: (e) => pictures(e, token)}),
    h('p', {class: 'small soft public-foot'}, t('public.until', {date: date(got.to)})));
}
