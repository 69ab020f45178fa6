/* What strangers see of an entry's pictures: page by page a person paints over what is nobody's concern, looks at the result and says so. */
import {get, send, url} from '../../api.js';
import {t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {confirm, dialog} from '../../ui/dialog.js';
import {pagesOf} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {masker} from '../../ui/masker.js';
import {empty, mark, note} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';

const SEEN = /^image\/|pdf/;
const text = (a) => [a.x, a.y, a.w, a.h].join(',');

export async function view(ctx) {
  const entry = await get(`/entries/${ctx.params.id}`, null, {signal: ctx.signal});
  ctx.title(t('mask.title'));
  const pages = (await pagesOf(entry, {signal: ctx.signal})).filter((p) => SEEN.test(p.type || ''));
  const head = [h('a', {class: 'back', href: `/entries/${entry.id}`}, icon('chevron-left'), entry.title || t('entry.untitled')), h('h1', {tabindex: '-1'}, t('mask.title'))];
  if (!pages.length) return h('div', {class: 'adding'}, head, empty({icon: 'image', title: t('mask.none'), text: t('mask.none_text')}));
  const at = Math.min(pages.length, Math.max(1, Number(ctx.query.get('page')) || 1)) - 1;
  const may = (entry.steps || []).includes('mask');
  return h('div', {class: 'adding mask-page'}, head, h('p', {class: 'lead'}, t('mask.lead')), pages.length > 1 && tabs(entry, pages, at), onePage(ctx, entry, pages[at], may));
}

const maskOf = (entry, page) => (entry.masks || []).find((m) => m.path === page.path && m.page === page.page);
const stateOf = (m) => (!m ? 'none' : m.areas?.length ? 'open' : 'asis');
const ICONS = {none: 'eye-off', open: 'eye', asis: 'eye'};
const stateMark = (m) => mark({label: t(`mask.state_${stateOf(m)}`), icon: ICONS[stateOf(m)], kind: m ? 'good' : ''});

function tabs(entry, pages, at) {
  return h('nav', {'aria-label': t('mask.pages')}, h('ol', {class: 'mask-pages'}, pages.map((p, i) => h('li', {}, h('a', {href: `/entries/${entry.id}/public?page=${i + 1}`, class: 'mask-tab', 'aria-current': i === at && 'page'},
    icon(ICONS[stateOf(maskOf(entry, p))]), t('mask.page', {n: i + 1, state: t(`mask.state_${stateOf(maskOf(entry, p))}`)}))))));
}

function onePage(ctx, entry, page, may) {
  const saved = maskOf(entry, page);
  let dirty = false;
  const tool = may && masker({src: page.src(1600), alt: page.alt, areas: saved?.areas || [], onchange: () => { dirty = true; }});
  ctx.guard(async () => !dirty || confirm({title: t('mask.leave'), text: t('mask.leave_text'), action: t('mask.leave_do')}));
  const done = async (said) => { dirty = false; toast(said); await ctx.reload(); };
  const look = () => result(entry, page, tool.areas(), done);
  const asIs = () => result(entry, page, [], done);
  const away = async () => {
    const press = () => send('POST', `/entries/${entry.id}/files/unmask`, {path: page.path, page: page.page});
    if (await confirm({title: t('mask.unmask'), text: t('mask.unmask_text'), action: t('mask.unmask'), danger: true, press})) await done(t('mask.unmasked'));
  };
  return h('div', {class: 'stack'}, h('div', {class: 'row'}, h('span', {class: 'small soft'}, page.name), stateMark(saved)),
    may ? [hints(), tool.el, h('div', {class: 'act-bar'},
      button({label: t('mask.look'), icon: 'eye', kind: 'primary', large: true, onclick: () => (tool.areas().length ? look() : toast(t('mask.nothing'), {attention: true}))}),
      button({label: t('mask.as_is'), kind: 'quiet', onclick: asIs}), saved && button({label: t('mask.unmask'), icon: 'eye-off', kind: 'quiet', press: () => away().catch(fail)}))]
      : saved && h('img', {class: 'mask-result', src: shown(entry, page, {public: true}), alt: page.alt}));
}

const hints = () => note({icon: 'info', title: t('mask.what'), text: t('mask.what_list')});
const shown = (entry, page, more) => url(`/entries/${entry.id}/files/preview`, {path: page.path, page: page.page, size: 800, ...more});

/* The picture as strangers would get it, from the same hand that will give it to them; only from here it is saved. */
function result(entry, page, areas, done) {
  const img = h('img', {class: 'mask-result', src: shown(entry, page, {area: areas.map(text)}), alt: t('mask.result')});
  const wait = h('p', {class: 'small soft', role: 'status'}, t('ui.loading'));
  img.addEventListener('load', () => wait.remove());
  img.addEventListener('error', () => { wait.textContent = t('mask.failed'); });
  dialog({title: t('mask.result'), wide: true, body: [h('p', {}, t(areas.length ? 'mask.result_text' : 'mask.as_is_text')), wait, img], actions: [{label: t('mask.back')}, {label: t('mask.save'), kind: 'primary', icon: 'check', press: async () => {
    await send('POST', `/entries/${entry.id}/files/mask`, {path: page.path, page: page.page, ...(areas.length ? {area: areas.map(text)} : {as_is: true})});
    await done(t('mask.saved'));
  }}]});
}
