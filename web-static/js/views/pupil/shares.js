/* Links for showing the portfolio to somebody: what they show, until when, a QR; a new link is seen only once. */
import {get, list, send} from '../../api.js';
import {date, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {confirm, dialog} from '../../ui/dialog.js';
import {cap} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word, words} from '../../ui/meta.js';
import {whose} from '../../ui/portfolio.js';
import {qr} from '../../ui/qr.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';

const USUAL = ['name', 'class', 'title', 'result', 'organiser', 'date'];
const MARKS = {active: {icon: 'check', kind: 'good'}, waiting: {icon: 'clock'}, revoked: {icon: 'close', kind: 'draft'}, expired: {icon: 'clock', kind: 'draft'}};

export async function view(ctx) {
  ctx.title(t('shares.title'));
  const {items} = await list('/shares', {pupil: whose(ctx), limit: 100}, {signal: ctx.signal});
  const make = button({label: t('shares.add'), icon: 'plus', kind: 'primary', onclick: () => create(ctx)});
  return h('div', {class: 'stack'}, pageHead({title: t('shares.title'), lead: t('shares.lead'), back: {href: '/portfolio/about', label: t('portfolio.about')}, actions: items.length > 0 && make}),
    items.length ? h('div', {class: 'list'}, items.map((x) => row(ctx, x))) : empty({icon: 'link', title: t('shares.empty'), text: t('shares.empty_text'), action: make}));
}

function row(ctx, x) {
  const state = x.works === false && x.state === 'active' ? 'expired' : x.state;
  return h('div', {class: 'list-row'}, h('div', {class: 'grow stack stack-s'}, h('strong', {}, x.title || t('shares.untitled')),
    h('div', {class: 'small soft'}, [t('shares.until', {date: date(x.to)}), (x.fields || []).map((f) => word('consent_field', f)).join(', ')].join(' · '))),
  mark({label: state === 'expired' ? t('shares.expired') : word('share_state', state), ...MARKS[state]}),
  ['active', 'waiting'].includes(x.state) && button({label: t('shares.close'), icon: 'close', kind: 'quiet', onclick: async () => {
    if (await confirm({title: t('shares.close'), text: t('shares.close_text'), action: t('shares.close'), danger: true, press: () => send('POST', `/shares/${x.id}/revoke`, {})})) ctx.reload();
  }}));
}

async function create(ctx) {
  const page = await get(`/pupils/${whose(ctx)}/portfolio`, null, {signal: ctx.signal}).catch(() => null);
  const {items: pictures} = await list('/shares/pictures', {pupil: whose(ctx)}, {signal: ctx.signal}).catch(() => ({items: []}));
  const verified = page ? page.entries.filter((e) => e.state === 'verified') : [];
  const made = form({usecase: 'share.create', values: {field: USUAL, days: '30'}, fields: [{name: 'title', label: t('shares.whom'), help: t('shares.whom_help'), whole: true},
    {name: 'days', type: 'enum', as: 'segments', label: t('shares.days'), required: true, whole: true, options: [7, 30, 90, 365].map((d) => ({value: String(d), label: t('shares.n_days', {n: d})}))},
    {name: 'field', type: 'words', label: t('shares.what'), options: words('consent_field').map((w) => ({...w, label: cap(w.label)})), whole: true}],
  more: verified.length > 1 ? {label: t('shares.choose'), fields: [{name: 'entry', type: 'words', label: t('shares.entries'), help: t('shares.entries_help'), whole: true, options: verified.map((e) => ({value: e.id, label: e.title}))}]} : null});
  const box = dialog({title: t('shares.add'), body: [made.el, seen(pictures)], actions: [{label: t('ui.cancel')}, {label: t('shares.make'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    const v = made.values();
    try {
      const share = await send('POST', '/shares', {...v, days: Number(v.days), pupil: whose(ctx)});
      box.close();
      await show(ctx, share);
      return true;
    } catch (error) {
      if (error.name !== 'ApiError') throw error;
      made.errors([{field: error.field, text: error.message}]);
      return false;
    }
  }}]});
}

/* Which pictures go with the link: those somebody looked at. */
function seen(items) {
  if (!items.length) return null;
  const row = (x) => h('li', {}, h('a', {href: `/entries/${x.entry}/public`}, x.title || t('entry.untitled')), x.public > 1 && h('span', {class: 'small soft'}, ` · ${t('shares.n_pages', {n: x.public})}`));
  const part = (title, some) => some.length > 0 && [h('h4', {}, title), h('ul', {class: 'share-pictures'}, some.map(row))];
  return h('section', {class: 'stack stack-s'}, h('h3', {}, t('shares.pictures')), h('p', {class: 'small soft'}, t('shares.pictures_help', {field: cap(word('consent_field', 'document'))})),
    part(t('shares.pictures_on'), items.filter((x) => x.public)), part(t('shares.pictures_off'), items.filter((x) => !x.public)));
}

/* The key of the link is known here and now alone. */
async function show(ctx, share) {
  const address = location.origin + share.address;
  const square = await send('POST', '/shares/qr', {url: address}).catch((error) => { fail(error); return null; });
  const input = h('input', {class: 'input', readonly: true, value: address, 'aria-label': t('shares.address'), onfocus: (e) => e.target.select()});
  const copy = button({label: t('ui.copy'), icon: 'files', press: async () => {
    try { await navigator.clipboard.writeText(address); toast(t('ui.copied')); } catch { input.focus(); input.select(); }
  }});
  dialog({title: t('shares.ready'), body: [share.state === 'waiting' && note({icon: 'clock', text: t('shares.waiting')}), h('p', {}, t('shares.once')), h('div', {class: 'with-button'}, input, copy), square && h('div', {class: 'row'}, qr(square, t('shares.qr')))],
    actions: [{label: t('ui.done'), kind: 'primary'}], onclose: () => ctx.reload()});
}
