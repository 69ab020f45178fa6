/* Accounts of the class: slips, the list of issue, «подтверждена» at a tap at the parents' meeting. */
import {all, send, url} from '../../api.js';
import {dateShort, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word} from '../../ui/meta.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {chosenClass, classHead, classesOf} from '../../ui/teacher.js';
import {fetchFile} from '../../ui/download.js';
import {fail, toast} from '../../ui/toast.js';

const KIND = {none: {kind: 'draft', icon: 'minus'}, issued: {icon: 'clock'}, expired: {kind: 'attention', icon: 'warning'}, used: {icon: 'key'}, confirmed: {kind: 'good', icon: 'check'}, disabled: {kind: 'draft', icon: 'lock'}};

export async function view(ctx) {
  ctx.title(t('accounts.title'));
  const classes = await classesOf(ctx);
  const klass = chosenClass(ctx, classes);
  if (!klass) return h('div', {}, pageHead({title: t('accounts.title')}), empty({icon: 'people', title: t('class.none'), text: t('class.none_text')}));
  const people = await all(`/classes/${klass.id}/accounts`, {}, {signal: ctx.signal});
  const families = [...new Set(people.map((p) => p.pupil))].map((id) => people.filter((p) => p.pupil === id));
  return h('div', {}, pageHead({title: t('accounts.of', {name: klass.name}), lead: t('accounts.lead'), actions: [
    button({label: t('accounts.slips'), icon: 'print', kind: 'primary', onclick: () => slips(ctx, klass)}),
    button({label: t('list.excel'), icon: 'sheet', kind: 'quiet', href: url(`/classes/${klass.id}/accounts`, {xlsx: true}), download: ''})]}),
  classHead(ctx, classes, klass),
  families.length ? h('ul', {class: 'families'}, families.map((f) => h('li', {class: 'family'}, h('h2', {class: 'family-name'}, h('a', {href: `/pupils/${f[0].pupil}`}, f[0].pupil_name)), h('ul', {class: 'list'}, f.map((p) => person(p))))))
    : empty({icon: 'people', title: t('class.empty'), text: t('class.empty_text')}));
}

function person(p) {
  const row = h('li', {class: 'list-row account-row'});
  const draw = () => row.replaceChildren(...[
    h('div', {class: 'grow'}, h('div', {}, p.kind === 'pupil' ? t('accounts.pupil') : p.name, p.kind === 'guardian' && h('span', {class: 'soft'}, ` · ${word('guardian_kind', p.relation)}`)),
      h('div', {class: 'small soft'}, [p.login, p.account_state === 'issued' && p.slip_expires && t('accounts.until', {date: dateShort(p.slip_expires)})].filter(Boolean).join(' · ') || t('accounts.no_login'))),
    mark({label: word('account_state', p.account_state), ...KIND[p.account_state]}),
    p.may && p.kind === 'guardian' && ['issued', 'used'].includes(p.account_state) && button({label: t('accounts.confirm'), icon: 'check', 'aria-label': t('accounts.confirm_of', {name: p.name}), press: () => confirmIt()}),
  ].filter(Boolean));
  async function confirmIt() {
    try {
      await send('POST', `/accounts/${p.account}/confirm`);
      p.account_state = 'confirmed';
      toast(t('accounts.confirmed', {name: p.name}));
      draw();
    } catch (error) { fail(error); }
  }
  draw();
  return row;
}

/* New passwords exist on this paper only; who signs in already keeps the own one unless that is asked for. */
function slips(ctx, klass) {
  const made = form({fields: [
    {name: 'whose', type: 'enum', as: 'segments', label: t('accounts.whose'), value: 'all', options: ['all', 'pupil', 'guardian'].map((v) => ({value: v, label: t(`accounts.whose_${v}`)}))},
    {name: 'renew', type: 'bool', label: t('accounts.renew'), help: t('accounts.renew_help')}]});
  dialog({title: t('accounts.slips'), body: [note({icon: 'info', text: t('accounts.slips_text')}), made.el], actions: [{label: t('ui.cancel')}, {label: t('accounts.slips_do'), icon: 'download', kind: 'primary', press: async () => {
    const values = made.values();
    await fetchFile('POST', '/accounts/slips', {class: klass.id, whose: values.whose || 'all', renew: Boolean(values.renew)});
    toast(t('accounts.slips_done'));
    ctx.reload();
    return true;
  }}]});
}
