/* «Ход операций»: long work, its progress and result. */
import {h} from '../../ui/h.js';
import {list} from '../../ui/list.js';
import {pageHead} from '../../ui/state.js';
import {progress} from '../../ui/progress.js';
import {ago, t} from '../../i18n.js';

export async function view(ctx) {
  ctx.title(t('jobs.title'));
  const row = (x) => {
    const running = x.state === 'running' || x.state === 'queued';
    const bar = running ? progress({label: x.note || t('jobs.running'), value: x.total ? x.done / x.total : null}).el : h('div', {class: 'small soft'}, x.note || x.error || '');
    return h('div', {class: 'list-row'}, h('div', {class: 'grow stack-s'}, h('div', {}, x.title || x.use_case || x.kind), bar), h('span', {class: 'small soft'}, ago(x.created || x.at)));
  };
  return h('div', {}, pageHead({title: t('jobs.title'), lead: t('jobs.lead')}), list(ctx, {path: '/jobs', label: t('jobs.title'), empty: {icon: 'clock', title: t('jobs.empty')}, row}));
}
