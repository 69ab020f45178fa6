/* One channel: what would be published and why not, publish, what stands there, take down. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {list, listRow} from '../../ui/list.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {table} from '../../ui/table.js';
import {tabs} from '../../ui/tabs.js';
import {fail, toast} from '../../ui/toast.js';
import {word} from '../../ui/meta.js';
import {all, list as ask, send} from '../../api.js';
import {dateShort, fullName, number, t} from '../../i18n.js';

const sum = (rows, key) => rows.reduce((n, r) => n + (r[key] || 0), 0);

async function publish(ctx, channel, rows) {
  const text = t('publish.run_text', {add: number(sum(rows, 'add')), change: number(sum(rows, 'change')), remove: number(sum(rows, 'remove'))});
  const sure = await confirm({title: t('publish.run'), text, action: t('publish.run_do')});
  if (!sure) return;
  try {
    const done = await send('POST', '/publications/run', {channel: channel.id});
    if (done?.job) { ctx.go('/jobs'); return; }
    toast(t('publish.done', {n: done?.entries ?? 0}));
    ctx.reload();
  } catch (error) { fail(error); }
}

const fieldWords = (r) => (r.fields || []).map((f) => word('consent_field', f)).join(', ');

function plan(ctx, channel, rows, may) {
  const shown = rows.filter((r) => r.add || r.change || r.keep || r.remove || r.leave);
  const silent = rows.length - shown.length;
  return h('div', {class: 'stack'},
    note({icon: 'info', title: t('publish.plan', {n: shown.length}), text: t('publish.plan_text', {n: silent}),
      actions: may && button({label: t('publish.run_do'), kind: 'primary', icon: 'globe', press: () => publish(ctx, channel, rows)})}),
    shown.length
      ? table({caption: t('publish.tab_plan'), hideCaption: true, rows: shown, href: (r) => `/pupils/${r.pupil}`, columns: [
        {name: 'name', label: t('publish.pupil'), head: true, cell: (r) => fullName(r)},
        {name: 'class_name', label: t('publish.class')},
        {name: 'fields', label: t('publish.fields'), cell: fieldWords},
        {name: 'add', label: t('publish.add_n'), num: true, cell: (r) => r.add || ''},
        {name: 'keep', label: t('publish.keep_n'), num: true, cell: (r) => r.keep || ''},
        {name: 'change', label: t('publish.change_n'), num: true, cell: (r) => r.change || ''},
        {name: 'remove', label: t('publish.remove_n'), num: true, cell: (r) => r.remove || ''},
      ]})
      : empty({icon: 'lock', title: t('publish.nobody'), text: t('publish.nobody_text')}));
}

async function retract(ctx, item, api) {
  const sure = await confirm({title: t('publish.retract'), text: t('publish.retract_text', {title: item.entry_title || ''}), action: t('publish.retract_do'), danger: true,
    press: () => send('POST', '/publications/retract', {id: item.id})});
  if (sure) { toast(t('publish.retracted')); api.refresh(); }
}

function standing(ctx, channel) {
  let api = null;
  return list(ctx, {path: '/publications', query: {channel: channel.id}, label: t('publish.tab_now'), ref: (a) => { api = a; },
    filters: [{name: 'state', label: t('publish.state'), values: 'publication_state'}],
    empty: {icon: 'globe', title: t('publish.none'), text: t('publish.none_text')},
    row: (p) => listRow({icon: 'file', title: p.entry_title || t('publish.whole'), text: [fieldWords(p), dateShort(p.at)].filter(Boolean).join(' · '),
      end: h('div', {class: 'row'}, mark({label: word('publication_state', p.state), icon: p.state === 'published' ? 'check' : 'clock', kind: p.state === 'published' ? 'good' : ''}),
        p.state === 'published' && button({label: t('publish.retract'), kind: 'quiet', press: () => retract(ctx, p, api)}))})});
}

async function test(channel) {
  try {
    await send('POST', `/channels/${channel.id}/test`);
    toast(t('publish.test_good'));
  } catch (error) { fail(error); }
}

async function remove(ctx, channel) {
  const sure = await confirm({title: t('publish.remove'), text: t('publish.remove_text', {title: channel.title}), action: t('publish.remove_do'), danger: true, press: () => send('DELETE', `/channels/${channel.id}`)});
  if (sure) ctx.go('/publish');
}

export async function view(ctx) {
  const {items} = await ask('/channels', {limit: 200}, {signal: ctx.signal});
  const channel = items.find((c) => c.id === ctx.params.id);
  if (!channel) return empty({icon: 'search', title: t('publish.absent'), text: '', action: button({label: t('publish.title'), href: '/publish'})});
  const may = ctx.session.roles.some((r) => r.role === 'director' || r.duty === 'publication');
  const now = ctx.query.get('show') === 'now';
  const here = `/publish/${channel.id}`;
  ctx.title(channel.title);
  const body = now ? standing(ctx, channel) : plan(ctx, channel, await all('/publications/plan', {channel: channel.id}, {signal: ctx.signal}), may);
  return h('div', {class: 'stack-l'},
    pageHead({title: channel.title, lead: channel.folder || channel.settings?.folder, back: {href: '/publish', label: t('publish.title')},
      actions: may && [button({label: t('publish.test'), kind: 'quiet', press: () => test(channel)}), button({label: t('publish.remove'), kind: 'quiet', press: () => remove(ctx, channel)})]}),
    tabs({label: channel.title, items: [{href: here, label: t('publish.tab_plan'), current: !now}, {href: `${here}?show=now`, label: t('publish.tab_now'), current: now}]}),
    body);
}
