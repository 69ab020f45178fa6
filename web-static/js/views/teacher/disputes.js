/* What families object to, with the day an answer is due; answering. */
import {get, send, url} from '../../api.js';
import {date, load, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {entryLine} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {list} from '../../ui/list.js';
import {word} from '../../ui/meta.js';
import {mark, pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';

export async function view(ctx) {
  await load('pupil');
  ctx.title(t('disputes.title'));
  let api = null;
  const el = list(ctx, {path: '/entries', query: {disputed: true}, label: t('disputes.title'), ref: (a) => { api = a; }, excel: url('/entries', {disputed: true, xlsx: true}), print: true,
    empty: {icon: 'check', title: t('disputes.empty'), text: t('disputes.empty_text')},
    row: (e) => {
      const about = h('div', {class: 'soft'}, t('ui.loading'));
      const row = h('article', {class: 'review-row'}, h('div', {class: 'row row-apart'}, h('strong', {}, h('a', {href: `/entries/${e.id}`}, e.title)), h('span', {}, h('a', {href: `/pupils/${e.pupil}`}, e.pupil_name), e.pupil_class_name && `, ${e.pupil_class_name}`)),
        h('p', {class: 'small soft'}, entryLine(e)), about);
      get(`/entries/${e.id}`, null, {signal: ctx.signal}).then((full) => fill(about, full, api), (error) => { if (error.name !== 'AbortError') about.textContent = error.message; });
      return row;
    }});
  return h('div', {}, pageHead({title: t('disputes.title'), lead: t('disputes.lead')}), el);
}

function fill(box, e, api) {
  const d = e.dispute;
  if (!d) { box.replaceChildren(); return; }
  const late = !d.answer && d.due < new Date().toISOString().slice(0, 10);
  box.className = 'stack-s';
  box.replaceChildren(h('p', {class: 'reason'}, h('strong', {}, word('dispute_kind', d.kind)), ': ', d.text),
    h('div', {class: 'row'}, mark({label: t(late ? 'disputes.late' : 'disputes.due', {date: date(d.due)}), icon: 'clock', kind: late ? 'attention' : ''}),
      (e.steps || []).includes('answer') && button({label: t('disputes.answer'), icon: 'chat', kind: 'primary', onclick: () => answer(e, api)})));
}

function answer(e, api) {
  const made = form({usecase: 'entry.answer', fields: [{name: 'outcome', as: 'choices'}, {name: 'text', rows: 4, label: t('disputes.text'), help: t('disputes.text_help')}]});
  dialog({title: t('disputes.answer_to', {title: e.title}), body: made.el, actions: [{label: t('ui.cancel')}, {label: t('disputes.answer_do'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    try {
      await send('POST', `/entries/${e.id}/answer`, made.values(), {revision: e.revision});
    } catch (error) { if (error.field) { made.errors([{field: error.field, text: error.message}]); return false; } fail(error); return false; }
    toast(t('disputes.answered'));
    api.refresh();
    return true;
  }}]});
}
