/* Objections of the family: what was said, until when the school answers, what it answered; a new one. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {mark, note} from '../../ui/state.js';
import {word, words} from '../../ui/meta.js';
import {form} from '../../ui/form.js';
import {list} from '../../ui/list.js';
import {dialog} from '../../ui/dialog.js';
import {toast} from '../../ui/toast.js';
import {childPage} from '../../ui/childpage.js';
import {all, send} from '../../api.js';
import {date, t} from '../../i18n.js';

async function object(child, refresh) {
  const entries = (await all(`/pupils/${child.pupil}/portfolio/timeline`, {})).filter((e) => !e.disputed && e.state !== 'draft' && e.state !== 'taken_back');
  const f = form({usecase: 'entry.dispute', fields: [
    {name: 'id', type: 'enum', label: t('objections.which'), options: entries.map((e) => ({value: e.id, label: `${e.title}, ${date(e.date)}`})), required: true},
    {name: 'kind', type: 'enum', as: 'segments', options: words('dispute_kind'), label: t('objections.kind'), value: 'wrong_data', required: true},
    {name: 'text', type: 'lines', label: t('objections.text'), required: true}],
  submit: t('objections.send'), send: async ({id, ...v}) => {
    const entry = entries.find((e) => e.id === id);
    await send('POST', `/entries/${id}/dispute`, v, {revision: entry.revision});
    shown.close(true);
    toast(t('objections.sent'));
    refresh();
  }});
  const shown = dialog({title: t('objections.new'), body: [h('p', {}, t('objections.new_text')), f.el]});
}

export async function view(ctx) {
  const {child, el} = childPage(ctx, {title: t('child.objections')});
  let lister;
  const row = (d) => h('article', {class: 'said'}, h('div', {class: 'row row-apart row-top'}, h('h3', {}, h('a', {href: `/entries/${d.entry}`}, d.title)),
    d.open ? mark({label: d.overdue ? t('objections.late') : t('objections.until', {date: date(d.due)}), icon: 'clock', kind: d.overdue ? 'attention' : ''}) : mark({label: word('dispute_outcome', d.outcome), icon: 'check', kind: 'good'})),
  h('p', {class: 'said-text'}, h('strong', {}, `${word('dispute_kind', d.kind)}: `), d.text), d.answer && h('p', {class: 'advice'}, h('strong', {}, `${t('objections.answer')} `), d.answer));
  return el(note({icon: 'info', text: t('objections.about')}), h('p', {class: 'objections-new'}, button({label: t('objections.new'), icon: 'flag', press: () => object(child, () => lister.refresh())})),
    list(ctx, {ref: (l) => { lister = l; }, path: '/entries/disputes', query: {pupil: child.pupil, answered: true}, key: (d) => d.entry, label: t('child.objections'), row, empty: {icon: 'flag', title: t('objections.none')}}));
}
