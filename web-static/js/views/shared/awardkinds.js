/* Kinds of awards, by the school's own act: what each asks for. */
import {list as fetchList, send} from '../../api.js';
import {t} from '../../i18n.js';
import {asked} from '../../ui/award.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word} from '../../ui/meta.js';
import {empty, mark, pageHead} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';

export async function view(ctx) {
  ctx.title(t('awards.kinds'));
  const {items} = await fetchList('/awards/kinds', {limit: 200}, {signal: ctx.signal});
  const add = () => button({label: t('awards.kind_add'), icon: 'plus', kind: 'primary', onclick: () => edit(ctx, null)});
  return h('div', {}, pageHead({title: t('awards.kinds'), lead: t('awards.kinds_lead'), back: {href: '/awards', label: t('awards.title')}, actions: items.length > 0 && add()}),
    items.length === 0 && empty({icon: 'medal', title: t('awards.no_kinds'), text: t('awards.no_kinds_head'), action: add()}),
    h('ul', {class: 'award-list award-found'}, items.map((k) => h('li', {class: 'award-person'},
      h('div', {}, h('strong', {}, k.title), ' ', k.state === 'closed' && mark({label: word('award_kind_state', 'closed'), kind: 'draft'}), h('p', {class: 'small soft'}, asked(k)), k.text && h('p', {class: 'lines small'}, k.text)),
      button({label: t('ui.edit'), icon: 'pencil', kind: 'quiet', 'aria-label': t('awards.kind_edit', {title: k.title}), onclick: () => edit(ctx, k)})))));
}

function edit(ctx, k) {
  const made = form({usecase: 'award.kind', values: k || {count: 1, state: 'active'}, fields: [{name: 'title', required: true}, {name: 'text', rows: 3}, {name: 'activity'}, {name: 'level'}, {name: 'result'}, {name: 'count'},
    ...(k ? [{name: 'state', as: 'segments'}] : [])]});
  dialog({title: t(k ? 'awards.kind_change' : 'awards.kind_add'), body: made.el, wide: true, actions: [{label: t('ui.cancel')}, {label: t('ui.save'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    await send('POST', '/awards/kinds', {...made.values(), ...(k ? {id: k.id} : {})});
    toast(t('ui.saved'));
    ctx.reload();
    return true;
  }}]});
}
