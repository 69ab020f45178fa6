/* Events: one result for many pupils. */
import {url} from '../../api.js';
import {date, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {list, listRow} from '../../ui/list.js';
import {word} from '../../ui/meta.js';
import {h} from '../../ui/h.js';
import {mark, pageHead} from '../../ui/state.js';

const KIND = {open: {icon: 'pencil'}, closed: {kind: 'good', icon: 'check'}};

export async function view(ctx) {
  ctx.title(t('events.title'));
  return h('div', {}, pageHead({title: t('events.title'), lead: t('events.lead'), actions: button({label: t('events.add'), icon: 'plus', kind: 'primary', href: '/events/new'})}),
    list(ctx, {path: '/events', label: t('events.title'), filters: [{name: 'state', type: 'enum', as: 'chips', label: t('events.state'), options: ['open', 'closed'].map((v) => ({value: v, label: word('event_state', v)}))}],
      excel: (values) => url('/events', {...values, xlsx: true}), print: true, empty: {icon: 'calendar', title: t('events.empty'), text: t('events.empty_text'), action: button({label: t('events.add'), icon: 'plus', kind: 'primary', href: '/events/new'})},
      row: (e) => listRow({href: `/events/${e.id}`, icon: 'calendar', title: e.title, text: [date(e.from), e.level && word('level', e.level), t('events.participants', {n: e.participants || 0})].filter(Boolean).join(' · '), end: mark({label: word('event_state', e.state), ...KIND[e.state]})})}));
}
