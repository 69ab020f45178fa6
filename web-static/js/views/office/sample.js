/* «Контроль»: a sample of what others verified, the same all day; each opens the entry with its document. */
import {h} from '../../ui/h.js';
import {list, listRow} from '../../ui/list.js';
import {mark, pageHead} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {dateShort, t} from '../../i18n.js';

export async function view(ctx) {
  ctx.title(t('sample.title'));
  return h('div', {}, pageHead({title: t('sample.title'), lead: t('sample.lead')}),
    list(ctx, {path: '/reports/sample', query: {count: 20}, label: t('sample.title'), excel: '/api/v1/reports/sample?xlsx=true', print: true,
      empty: {icon: 'shield', title: t('sample.empty'), text: t('sample.empty_text')},
      row: (x) => listRow({href: `/entries/${x.id}`, icon: 'file', title: x.title,
        text: t('sample.line', {who: x.pupil_name, class: x.pupil_class_name || '', date: dateShort(x.verified_at)}),
        end: mark({label: word('verification_act', x.act), icon: 'check', kind: 'good'})})}));
}
