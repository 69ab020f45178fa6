/* What is new for me. */
import {h} from '../../ui/h.js';
import {list, listRow} from '../../ui/list.js';
import {pageHead} from '../../ui/state.js';
import {button} from '../../ui/button.js';
import {fail} from '../../ui/toast.js';
import {countNotices} from '../../ui/notices.js';
import {send} from '../../api.js';
import {ago, t} from '../../i18n.js';

const hrefOf = (x) => x.href || (x.entry ? `/entries/${x.entry}` : x.pupil ? `/pupils/${x.pupil}` : null);
export async function view(ctx) {
  ctx.title(t('notices.title'));
  let lister;
  const read = button({label: t('notices.read_all'), icon: 'check', kind: 'quiet', press: async () => {
    try { await send('POST', '/notices/read', {all: true}); await lister.refresh(); countNotices(); } catch (error) { fail(error); }
  }});
  return h('div', {}, pageHead({title: t('notices.title'), actions: read}), list(ctx, {
    ref: (l) => { lister = l; }, path: '/notices', label: t('notices.title'), empty: {icon: 'bell', title: t('notices.empty'), text: t('notices.empty_text')},
    row: (x) => listRow({href: hrefOf(x), icon: x.read || x.read_at ? 'check' : 'bell', title: h(x.read || x.read_at ? 'span' : 'strong', {}, x.text || x.title), text: ago(x.at || x.created),
      onclick: () => { if (!x.read && !x.read_at) send('POST', '/notices/read', {id: [x.id]}).then(countNotices, () => {}); }}),
  }));
}
