/* The newest lines of the server's log, for whoever has no shell on the machine; one tap shows all lines of one request. */
import {h} from '../../ui/h.js';
import {list} from '../../ui/list.js';
import {word} from '../../ui/meta.js';
import {mark, pageHead} from '../../ui/state.js';
import {date, t} from '../../i18n.js';

const KINDS = {error: {icon: 'warning', kind: 'attention'}, warn: {icon: 'warning'}};
const requestOf = (text) => text.match(/request=(\S+)/)?.[1];

export async function view(ctx) {
  ctx.title(t('system.log'));
  return h('div', {}, pageHead({title: t('system.log'), lead: t('system.log_lead')}),
    list(ctx, {path: '/system/log', label: t('system.log'), empty: {icon: 'list', title: t('system.log_empty')},
      filters: [{name: 'query', type: 'search', label: t('system.log_query')}, {name: 'level', type: 'enum', as: 'chips', label: t('system.log_level'), options: ['error', 'warn', 'info', 'debug'].map((v) => ({value: v, label: word('log_level', v)}))}],
      columns: [
        {name: 'at', label: t('system.log_when'), cell: (x) => date(x.at, {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit'})},
        {name: 'level', label: t('system.log_what'), cell: (x) => mark({label: word('log_level', x.level), ...KINDS[x.level]})},
        {name: 'text', label: t('system.log_text'), cell: (x) => h('div', {}, h('code', {class: 'code'}, `${x.component} ${x.text}`),
          requestOf(x.text) && h('p', {class: 'small'}, h('a', {href: `/system/log?level=debug&query=${encodeURIComponent(requestOf(x.text))}`}, t('system.log_request'))))}]}));
}
