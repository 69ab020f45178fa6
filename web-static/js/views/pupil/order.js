/* Own order of the cards, and which of them matter most: those go on to the next level of school and stand first. */
import {get, send} from '../../api.js';
import {dateShort, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {entryLine, previewOf, filesCount, ACTIVITY_ICONS} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {picture} from '../../ui/picture.js';
import {base, whose} from '../../ui/portfolio.js';
import {empty, note, pageHead} from '../../ui/state.js';
import {announce, fail, toast} from '../../ui/toast.js';

export async function view(ctx) {
  const page = await get(`/pupils/${whose(ctx)}/portfolio`, null, {signal: ctx.signal});
  ctx.title(t('order.title'));
  const place = new Map((page.pupil.order || []).map((id, i) => [id, i]));
  const items = page.entries.filter((e) => e.state !== 'taken_back' && e.state !== 'draft')
    .sort((a, b) => (place.get(a.id) ?? 1e6) - (place.get(b.id) ?? 1e6) || ((a.date || '') < (b.date || '') ? 1 : -1));
  const path = `/pupils/${whose(ctx)}/portfolio`;
  const rows = h('ol', {class: 'list order'});
  const save = button({label: t('order.save'), icon: 'check', kind: 'primary', press: async () => {
    try { await send('POST', `${path}/arrange`, {order: items.map((e) => e.id)}); toast(t('ui.saved')); } catch (error) { fail(error); }
  }});
  const reset = button({label: t('order.reset'), icon: 'undo', kind: 'quiet', press: async () => {
    try { await send('POST', `${path}/arrange`, {reset: true}); toast(t('order.was_reset')); ctx.reload(); } catch (error) { fail(error); }
  }});
  const draw = (focus) => {
    rows.replaceChildren(...items.map((e, i) => row(e, i)));
    if (focus) rows.children[focus.at]?.querySelector(`[data-move="${focus.by}"]:not([disabled])`)?.focus();
  };
  const move = (i, by) => {
    const [e] = items.splice(i, 1);
    items.splice(i + by, 0, e);
    draw({at: i + by, by});
    announce(t('order.moved', {title: e.title, n: i + by + 1}));
  };
  function row(e, i) {
    const star = button({label: t(e.significant ? 'entry.unselect' : 'entry.select'), icon: 'star', only: true, 'aria-pressed': String(Boolean(e.significant)), class: 'star', press: async () => {
      try {
        await send('POST', `${path}/select`, {entry: [e.id], ...(e.significant ? {undo: true} : {})});
        e.significant = !e.significant;
        draw();
      } catch (error) { fail(error); }
    }});
    return h('li', {class: 'list-row'}, h('span', {class: 'order-pic'}, picture({src: filesCount(e) ? previewOf(e, 320) : null, icon: ACTIVITY_ICONS[e.activity]})),
      h('div', {class: 'grow'}, h('div', {}, e.title), h('div', {class: 'small soft'}, [entryLine(e), e.date && dateShort(e.date)].filter(Boolean).join(' · '))), star,
      button({label: t('order.up', {title: e.title}), icon: 'up', only: true, disabled: i === 0, dataset: {move: -1}, onclick: () => move(i, -1)}),
      button({label: t('order.down', {title: e.title}), icon: 'down', only: true, disabled: i === items.length - 1, dataset: {move: 1}, onclick: () => move(i, 1)}));
  }
  draw();
  return h('div', {class: 'stack'}, pageHead({title: t('order.title'), lead: t('order.lead'), back: {href: base(ctx), label: t('portfolio.title')}}),
    page.pupil.may_advance && items.length > 0 && note({icon: 'flag', title: t('order.advance'), text: t('order.advance_text'), actions: button({label: t('order.advance_do'), kind: 'primary', onclick: () => advance(ctx, path)})}),
    items.length ? rows : empty({icon: 'book', title: t('portfolio.empty')}), items.length > 1 && h('div', {class: 'act-bar'}, save, page.pupil.order && reset));
}

async function advance(ctx, path) {
  const done = await confirm({title: t('order.advance'), text: t('order.advance_confirm'), action: t('order.advance_do'), press: () => send('POST', `${path}/advance`, {})});
  if (done) { toast(t('ui.saved')); ctx.go(base(ctx)); }
}
