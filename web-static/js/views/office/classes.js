/* Classes of the year and the move to the next one: a plan is shown before anything is done. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {field} from '../../ui/field.js';
import {empty, note, pageHead} from '../../ui/state.js';
import {table} from '../../ui/table.js';
import {fail, toast} from '../../ui/toast.js';
import {word} from '../../ui/meta.js';
import {list, send} from '../../api.js';
import {number, t, year as yearText} from '../../i18n.js';

const COUNTED = ['promoted', 'conditional', 'repeat', 'left', 'stays'];

async function apply(ctx, plan, order) {
  const sure = await confirm({title: t('classes.promote'), text: t('classes.promote_sure', {n: plan.items.length, year: yearText(ctx.session.year + 1)}), action: t('classes.promote_do'),
    press: () => send('POST', '/classes/promote', {apply: true, ...(order ? {order} : {})})});
  if (!sure) return;
  toast(t('classes.promoted'));
  ctx.reload();
}

function planned(ctx, plan) {
  const order = field({name: 'order', label: t('classes.order'), type: 'text', max: 100, help: t('classes.order_help')});
  const counts = COUNTED.filter((k) => plan.counts[k]).map((k) => t(`classes.count_${k}`, {n: plan.counts[k]}));
  return h('div', {class: 'stack'},
    note({icon: 'info', title: t('classes.plan'), text: counts.join(' · ')}),
    order.el,
    h('div', {class: 'row'}, button({label: t('classes.promote_do'), kind: 'primary', press: () => apply(ctx, plan, order.get())})),
    table({caption: t('classes.plan'), hideCaption: true, rows: plan.items, columns: [
      {name: 'name', label: t('classes.pupil'), head: true},
      {name: 'from', label: t('classes.from')},
      {name: 'to', label: t('classes.to'), cell: (r) => r.to || '—'},
      {name: 'what', label: t('classes.what'), cell: (r) => t(`classes.what_${r.what}`)},
    ]}));
}

export async function view(ctx) {
  ctx.title(t('classes.title'));
  const {items} = await list('/classes', {limit: 200}, {signal: ctx.signal});
  const place = h('div', {});
  const plan = async () => {
    try { place.replaceChildren(planned(ctx, await send('POST', '/classes/promote', {}))); } catch (error) { fail(error); }
  };
  return h('div', {class: 'stack-l'},
    pageHead({title: t('classes.title'), lead: yearText(ctx.session.year), actions: items.length > 0 && button({label: t('classes.plan_show'), icon: 'up', press: plan})}),
    place,
    items.length
      ? table({caption: t('classes.title'), hideCaption: true, rows: items, href: (c) => `/pupils?class=${c.id}`, columns: [
        {name: 'name', label: t('classes.class'), head: true},
        {name: 'level', label: t('classes.level'), cell: (c) => word('study_level', c.level)},
        {name: 'profile', label: t('classes.profile')},
        {name: 'pupils', label: t('classes.pupils'), num: true, cell: (c) => number(c.pupils)},
      ]})
      : empty({icon: 'board', title: t('classes.empty'), text: t('classes.empty_text'), action: button({label: t('classes.import'), href: '/import', kind: 'primary'})}));
}
