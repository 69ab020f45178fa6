/* Acts of destruction: what stands of those who were erased; and portfolios that an import taken back has left empty, with their history still there. */
import {h} from '../../ui/h.js';
import {list, listRow} from '../../ui/list.js';
import {mark, pageHead} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {get} from '../../api.js';
import {dateTime, t} from '../../i18n.js';

function emptied(items) {
  if (!items.length) return null;
  return h('section', {class: 'stack-s'}, h('h2', {}, t('erase.emptied')), h('p', {class: 'measure'}, t('erase.emptied_text')),
    h('div', {class: 'list'}, items.map((p) => listRow({icon: 'trash', title: p.name, text: p.number ? t('erase.act_number', {number: p.number}) : '', href: `/pupils/${p.id}/erase`}))));
}

export async function view(ctx) {
  ctx.title(t('erase.acts'));
  const left = await get('/pupils/emptied', null, {signal: ctx.signal});
  return h('div', {class: 'stack-l'}, pageHead({title: t('erase.acts'), lead: t('erase.acts_lead'), back: {href: '/pupils', label: t('pupils.title')}}),
    emptied(left.items),
    list(ctx, {path: '/pupils/erasures', label: t('erase.acts'), print: true,
      empty: {icon: 'file', title: t('erase.no_acts'), text: t('erase.no_acts_text')},
      row: (a) => listRow({icon: 'file', title: a.number ? t('erase.act_number', {number: a.number}) : t('erase.act', {id: a.pupil}),
        text: [word('erase_ground', a.ground), a.reason, dateTime(a.created.at)].filter(Boolean).join(' · '),
        end: mark({label: t(a.state === 'done' ? 'erase.state_done' : 'erase.state_accepted'), icon: a.state === 'done' ? 'check' : 'clock', kind: a.state === 'done' ? 'good' : 'attention'})})}));
}
