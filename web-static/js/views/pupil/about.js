/* «Обо мне»: a few words, the cover, order and the most significant, who sees the portfolio, taking it away. */
import {get, send, url} from '../../api.js';
import {t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {listRow} from '../../ui/list.js';
import {field} from '../../ui/field.js';
import {icon} from '../../ui/icon.js';
import {COVERS, classNumber, portfolioTabs, whose} from '../../ui/portfolio.js';
import {pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';

export async function view(ctx) {
  const page = await get(`/pupils/${whose(ctx)}/portfolio`, null, {signal: ctx.signal});
  ctx.title(t('portfolio.about'));
  const {pupil} = page;
  const path = `/pupils/${whose(ctx)}/portfolio/arrange`;
  const about = form({fields: [{name: 'about', type: 'lines', label: t('about.text'), help: t('about.text_help'), max: 3000, rows: 5, whole: true}], values: {about: pupil.about}, submit: t('ui.save'), kind: '',
    send: async (v) => { await send('POST', path, {about: v.about || ''}); toast(t('ui.saved')); }});
  return h('div', {class: 'stack stack-l'}, h('div', {}, portfolioTabs(ctx, classNumber(pupil)), pageHead({title: t('portfolio.about')})), h('section', {}, about.el), covers(pupil, path), h('section', {class: 'stack'}, h('h2', {}, t('about.more')),
    h('div', {class: 'list'}, listRow({href: '/portfolio/order', icon: 'star', title: t('about.order'), text: t('about.order_text'), end: icon('chevron-right')}),
      listRow({href: '/portfolio/shares', icon: 'link', title: t('about.shares'), text: t('about.shares_text'), end: icon('chevron-right')}),
      listRow({href: '/portfolio/consents', icon: 'shield', title: t('about.consents'), text: t('about.consents_text'), end: icon('chevron-right')}))),
  h('section', {class: 'stack'}, h('h2', {}, t('about.export')), h('p', {class: 'soft measure'}, t('about.export_text')), h('div', {class: 'row'},
    button({label: t('about.zip'), icon: 'download', href: url(`/pupils/${whose(ctx)}/portfolio/export`, {format: 'zip'}), download: ''}),
    button({label: t('about.bundle'), icon: 'archive', kind: 'quiet', href: url(`/pupils/${whose(ctx)}/portfolio/export`, {format: 'bundle'}), download: ''}))));
}

function covers(pupil, path) {
  const made = field({name: 'cover', type: 'enum', as: 'choices', label: t('about.cover'), options: COVERS.map((c) => ({value: c, label: t(`about.cover.${c}`)})), value: COVERS.includes(pupil.cover) ? pupil.cover : 'lines',
    onchange: async (v) => { try { await send('POST', path, {cover: v}); toast(t('ui.saved')); } catch (error) { fail(error); } }});
  made.el.querySelectorAll('.choice').forEach((c, i) => { c.classList.add('cover-choice'); c.prepend(h('span', {class: `cover-sample cover-${COVERS[i]}`, 'aria-hidden': 'true'})); });
  return h('section', {class: 'stack'}, made.el);
}
