/* What is new for me. */
import {h} from '../../ui/h.js';
import {list, listRow} from '../../ui/list.js';
import {pageHead} from '../../ui/state.js';
import {button} from '../../ui/button.js';
import {fail, toast} from '../../ui/toast.js';
import {field} from '../../ui/field.js';
import {words} from '../../ui/meta.js';
import {countNotices} from '../../ui/notices.js';
import {send} from '../../api.js';
import {ago, t} from '../../i18n.js';

/* Where the thing is that a notice speaks of. */
function hrefOf(x, session) {
  const {entry, pupil} = x.about || {};
  const own = pupil && pupil === session.id;
  if (entry) return `/entries/${entry}`;
  if (/^share/.test(x.kind)) return own ? '/portfolio/shares' : '/children';
  if (/^goal/.test(x.kind)) return own ? '/portfolio/goals' : `/pupils/${pupil}`;
  if (/^review/.test(x.kind)) return own ? '/portfolio/reviews' : '/children';
  if (/^consent/.test(x.kind)) return own ? '/portfolio/about' : '/consents';
  return own ? '/portfolio' : pupil ? `/pupils/${pupil}` : null;
}
export async function view(ctx) {
  ctx.title(t('notices.title'));
  let lister;
  const read = button({label: t('notices.read_all'), icon: 'check', kind: 'quiet', press: async () => {
    try { await send('POST', '/notices/read', {}); await lister.refresh(); countNotices(); } catch (error) { fail(error); }
  }});
  return h('div', {class: 'stack stack-l'}, h('div', {}, pageHead({title: t('notices.title'), actions: read}), list(ctx, {
    ref: (l) => { lister = l; }, path: '/notices', label: t('notices.title'), empty: {icon: 'bell', title: t('notices.empty'), text: t('notices.empty_text')},
    row: (x) => listRow({href: hrefOf(x, ctx.session), icon: x.read ? 'check' : 'bell', title: h(x.read ? 'span' : 'strong', {}, x.text), text: ago(x.at),
      onclick: () => { if (!x.read) send('POST', '/notices/read', {id: x.id}).then(countNotices, () => {}); }}),
  })), letters());
}

/* How often a letter may come, where the school sends letters; empty until the answer is here. */
function letters() {
  const box = h('section', {class: 'no-print'});
  send('POST', '/notices/settings', {}).then(({digest}) => {
    box.append(field({name: 'digest', type: 'enum', as: 'segments', label: t('notices.letters'), help: t('notices.letters_help'), options: words('digest'), value: digest,
      onchange: (v) => send('POST', '/notices/settings', {digest: v}).then(() => toast(t('ui.saved')), fail)}).el);
  }, () => {});
  return box;
}
