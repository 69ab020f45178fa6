/* A mentor's own yes to being named beside the achievements of pupils they prepared: on one's own page a press, for another person the signed paper. */
import {h} from './h.js';
import {button} from './button.js';
import {confirm, dialog} from './dialog.js';
import {form} from './form.js';
import {filePicker} from './picker.js';
import {fail, toast} from './toast.js';
import {ApiError, send, sendFiles} from '../api.js';
import {date, t} from '../i18n.js';

function paper(person, done) {
  const files = filePicker({max: 1});
  const made = form({fields: [{name: 'paper_date', type: 'date', label: t('naming.paper_date'), required: true}], extra: files.el, submit: t('naming.enter'), send: async (values) => {
    if (!files.files().length) throw new ApiError(422, {detail: t('naming.no_paper')});
    await sendFiles('POST', `/people/${person.id}/naming`, values, {paper: files.files()});
    box.close();
    toast(t('naming.given'));
    done();
  }});
  const box = dialog({title: t('naming.paper'), body: [h('p', {class: 'measure'}, t('naming.paper_text')), made.el]});
}

/* namingSection({person, own, done}) → section; done() after a change. */
export function namingSection({person, own, done}) {
  const act = person.naming;
  const on = act && !act.withdrawn;
  const say = async (values, words) => {
    try {
      await send('POST', `/people/${person.id}/naming`, values);
      toast(words);
      done();
    } catch (error) { fail(error); }
  };
  const withdraw = async () => {
    if (await confirm({title: t('naming.withdraw'), text: t('naming.withdraw_text'), action: t('naming.withdraw'), danger: true})) await say({withdraw: true}, t('naming.withdrawn'));
  };
  const state = on ? t(act.how === 'paper' ? 'naming.on_paper' : 'naming.on_screen', {date: date(act.paper_date || act.at)}) : act ? t('naming.off_since', {date: date(act.withdrawn.at)}) : t('naming.off');
  return h('section', {class: 'stack-s naming'}, h('h2', {}, t(own ? 'naming.own' : 'naming.other')), h('p', {class: 'soft measure'}, t(own ? 'naming.own_text' : 'naming.other_text')),
    h('p', {}, state), h('div', {class: 'row'}, on ? button({label: t('naming.withdraw'), press: withdraw})
      : own ? button({label: t('naming.give'), icon: 'check', press: () => say({}, t('naming.given'))}) : button({label: t('naming.paper'), icon: 'upload', onclick: () => paper(person, done)})));
}
