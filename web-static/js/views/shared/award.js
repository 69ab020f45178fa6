/* One nomination: what for, by which entries, its steps, and what may be done now. */
import {get, send} from '../../api.js';
import {dateTime, dateShort, t} from '../../i18n.js';
import {STATE, mayJudge} from '../../ui/award.js';
import {button} from '../../ui/button.js';
import {ask, confirm} from '../../ui/dialog.js';
import {entryLine} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {listRow} from '../../ui/list.js';
import {word} from '../../ui/meta.js';
import {mark, pageHead} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';

export async function view(ctx) {
  const options = {signal: ctx.signal};
  const a = await get(`/awards/${ctx.params.id}`, null, options);
  const pupil = await get(`/pupils/${a.pupil}`, null, options);
  const name = [pupil.surname, pupil.name, pupil.patronymic].filter(Boolean).join(' ');
  ctx.title(`${a.title} — ${name}`);
  return h('div', {}, pageHead({title: name, lead: [a.title, a.class_name].filter(Boolean).join(' · '), back: {href: '/awards', label: t('awards.title')}, actions: actions(ctx, a)}),
    h('p', {}, mark({label: word('award_state', a.state), ...STATE[a.state]})),
    a.text && h('section', {}, h('h2', {}, t('awards.because')), h('p', {class: 'lines'}, a.text)),
    h('section', {}, h('h2', {}, t('awards.records')), a.records.length
      ? a.records.map((e) => listRow({href: `/entries/${e.id}`, icon: 'file', title: e.title, text: [entryLine(e), e.date && dateShort(e.date)].filter(Boolean).join(' · ')}))
      : h('p', {class: 'soft'}, t('awards.no_records'))),
    h('section', {}, h('h2', {}, t('awards.steps')), h('ol', {class: 'award-steps'}, a.steps.map((s) => h('li', {},
      h('strong', {}, word('award_act', s.act)), ' ', h('span', {class: 'small soft'}, dateTime(s.at)), s.comment && h('p', {class: 'lines'}, s.comment))))));
}

function actions(ctx, a) {
  const step = (path, values, said) => send('POST', `/awards/${a.id}/${path}`, values).then(() => { toast(t(said)); ctx.reload(); });
  const reason = (path, title, action, said) => ask({title: t(title), label: t('awards.reason'), action: t(action), press: (text) => step(path, {reason: text}, said)});
  if (a.state === 'nominated' && mayJudge(ctx.session)) return [
    button({label: t('awards.agree'), icon: 'check', kind: 'primary', onclick: () => confirm({title: t('awards.agree_title'), text: t('awards.agree_text'), action: t('awards.agree'), press: () => step('agree', {}, 'awards.agreed')})}),
    button({label: t('awards.return'), icon: 'return', onclick: () => reason('return', 'awards.return_title', 'awards.return', 'awards.returned')}),
    button({label: t('awards.refuse'), icon: 'close', kind: 'quiet', onclick: () => reason('refuse', 'awards.refuse_title', 'awards.refuse', 'awards.refused')})];
  if (a.state === 'returned') return button({label: t('awards.again'), icon: 'send', kind: 'primary',
    onclick: () => ask({title: t('awards.again'), label: t('awards.because'), value: a.text || '', action: t('awards.send'), max: 3000, press: (text) => step('again', {text}, 'awards.sent')})});
  return null;
}
