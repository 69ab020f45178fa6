/* «Кто смотрел»: every look at and change of the child's data, in words. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {icon} from '../../ui/icon.js';
import {empty, note, pageHead} from '../../ui/state.js';
import {list} from '../../ui/list.js';
import {childChips, chosen, kids} from '../../ui/child.js';
import {dateTime, t} from '../../i18n.js';

const ICONS = {staff: 'cap', me: 'person', guardian: 'people', pupil: 'book', local: 'settings', nobody: 'link'};
const who = (r) => r.actor_name || t(`access.${r.actor_kind || 'staff'}`);

export async function view(ctx) {
  ctx.title(t('access.title'));
  const children = kids(ctx.session);
  if (!children.length) return empty({icon: 'eye', title: t('access.none'), text: t('access.none_text')});
  const child = chosen(ctx, children);
  const mine = ctx.query.get('all') === '1';
  const row = (r) => h('div', {class: `looked${r.outcome === 'denied' ? ' looked-denied' : ''}`}, icon(ICONS[r.actor_kind] || 'person'), h('div', {class: 'grow'},
    h('p', {}, h('strong', {}, who(r)), r.actor_kind === 'staff' && r.actor_name ? '' : null), h('p', {class: 'small'}, r.action_title || r.use_case, r.pupils_count > 1 ? ` · ${t('access.in_list', {n: r.pupils_count})}` : '', r.outcome === 'denied' ? ` · ${t('access.denied')}` : '')),
  h('time', {class: 'small soft', datetime: r.at}, dateTime(r.at)));
  return h('div', {}, pageHead({title: t('access.title'), lead: t('access.lead')}), childChips(children, child.pupil, (v) => { ctx.setQuery({child: v}); ctx.reload(); }),
    note({icon: 'lock', text: t('access.about', {name: child.name})}),
    h('p', {class: 'access-mine no-print'}, button({label: t(mine ? 'access.hide_mine' : 'access.show_mine'), icon: mine ? 'eye-off' : 'eye', kind: 'quiet', 'aria-pressed': String(mine), onclick: () => { ctx.setQuery({all: mine ? null : '1'}); ctx.reload(); }})),
    list(ctx, {path: '/log/access', query: {pupil: child.pupil, others: !mine}, key: (r) => `${r.n ?? r.at}${r.actor}${r.use_case}`, label: t('access.title'), row, print: true, empty: {icon: 'eye', title: t('access.empty')}}));
}
