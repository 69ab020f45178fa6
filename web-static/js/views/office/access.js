/* The access log: who looked at or changed whose data. */
import {h} from '../../ui/h.js';
import {list} from '../../ui/list.js';
import {mark, pageHead} from '../../ui/state.js';
import {dateTime, t} from '../../i18n.js';

const whose = (x) => {
  const n = x.pupils_count ?? x.pupils?.length ?? 0;
  return n === 1 && x.pupils?.length === 1 ? h('a', {href: `/pupils/${x.pupils[0]}`}, t('access.one_pupil')) : n ? t('access.pupils', {n}) : '';
};
const outcome = (x) => (x.outcome === 'done' ? '' : mark({label: t(`access.outcome_${x.outcome}`), icon: 'lock', kind: 'attention'}));

export async function view(ctx) {
  ctx.title(t('access.title'));
  return h('div', {}, pageHead({title: t('access.title'), lead: t('access.lead')}),
    list(ctx, {path: '/log/access', label: t('access.title'), caption: t('access.title'), print: true, key: (x) => x.id || `${x.at}${x.request}`,
      excel: (values) => `/api/v1/log/access?${new URLSearchParams({...values, xlsx: 'true'})}`,
      filters: [{name: 'from', type: 'date', label: t('access.from')}, {name: 'to', type: 'date', label: t('access.to')}],
      empty: {icon: 'eye', title: t('access.empty')},
      columns: [
        {name: 'at', label: t('access.at'), head: true, cell: (x) => dateTime(x.at)},
        {name: 'actor_name', label: t('access.who'), cell: (x) => x.actor_name || (x.actor?.startsWith('local:') ? t('access.local') : t(`access.kind_${x.actor_kind || 'nobody'}`))},
        {name: 'action_title', label: t('access.what'), cell: (x) => x.action_title || x.use_case},
        {name: 'pupils', label: t('access.whose'), cell: whose},
        {name: 'outcome', label: t('access.outcome'), cell: outcome},
      ]}));
}
