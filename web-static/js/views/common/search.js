/* Results of the search, everything this person may see. */
import {h, marked} from '../../ui/h.js';
import {list, listRow} from '../../ui/list.js';
import {pageHead} from '../../ui/state.js';
import {word, words} from '../../ui/meta.js';
import {titleOf, whereIs} from '../../ui/suggest.js';
import {list as ask} from '../../api.js';
import {t} from '../../i18n.js';

const ICONS = {entry: 'trophy', review: 'chat', pupil: 'person', person: 'person', event: 'calendar'};
export async function view(ctx) {
  ctx.title(t('search.title'));
  return h('div', {}, pageHead({title: t('search.title')}), list(ctx, {
    label: t('search.title'), empty: {icon: 'search', title: t('search.start'), text: t('search.start_text')},
    filters: [{name: 'query', type: 'search', label: t('search.query'), autofocus: true}, {name: 'kind', label: t('search.kind'), options: words('search_kind')}],
    load: (values, options) => (values.query ? ask('/search', values, options) : {items: [], next: null}),
    key: (x) => `${x.kind}${x.id}`,
    row: (x) => listRow({href: whereIs(x), icon: ICONS[x.kind] || 'search', title: titleOf(x), text: [[word('search_kind', x.kind), x.pupil !== ctx.session.id && x.pupil_name].filter(Boolean).join(' · '), x.snippet && x.snippet !== x.title && [' · ', marked(x.snippet)]]}),
  }));
}
