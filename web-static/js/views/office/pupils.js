/* All pupils: search, class, state. */
import {h} from '../../ui/h.js';
import {list, listRow} from '../../ui/list.js';
import {mark, pageHead} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {list as ask} from '../../api.js';
import {fullName, t} from '../../i18n.js';

export async function view(ctx) {
  ctx.title(t('pupils.title'));
  const {items: classes} = await ask('/classes', {limit: 200}, {signal: ctx.signal}).catch(() => ({items: []}));
  return h('div', {}, pageHead({title: t('pupils.title')}),
    list(ctx, {path: '/pupils', label: t('pupils.title'), print: true, excel: (values) => `/api/v1/pupils?${new URLSearchParams({...values, xlsx: 'true'})}`,
      filters: [{name: 'query', type: 'search', label: t('pupils.search')},
        {name: 'class', label: t('pupils.class'), options: classes.map((c) => ({value: c.id, label: c.name}))},
        {name: 'state', label: t('pupils.state'), values: 'pupil_state'}],
      empty: {icon: 'person', title: t('pupils.empty'), text: t('pupils.empty_text')},
      row: (p) => listRow({href: `/pupils/${p.id}`, icon: 'person', title: fullName(p), text: p.class_name || t('pupils.no_class'),
        end: p.state === 'left' && mark({label: word('pupil_state', p.state), icon: 'exit'})})}));
}
