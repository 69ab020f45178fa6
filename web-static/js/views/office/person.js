/* One person: roles with their terms, account, dismissal in one step. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {confirm, dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {listRow} from '../../ui/list.js';
import {namingSection} from '../../ui/naming.js';
import {mark, note, pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';
import {word} from '../../ui/meta.js';
import {get, list, send} from '../../api.js';
import {dateShort, fullName, t} from '../../i18n.js';

const running = (r, today) => (!r.from || r.from <= today) && (!r.to || r.to >= today);

function term(r) {
  if (r.from && r.to) return t('person.from_to', {from: dateShort(r.from), to: dateShort(r.to)});
  if (r.from) return t('person.from', {from: dateShort(r.from)});
  return r.to ? t('person.to', {to: dateShort(r.to)}) : '';
}

function roleWords(r, classes) {
  const klass = classes.find((c) => c.id === r.class)?.name;
  return [r.role === 'duty' ? word('duty', r.duty) : word('role', r.role), r.subject, klass, ...(r.levels || []).map((l) => word('study_level', l)), ...(r.areas || []).map((a) => word('section', a))]
    .filter(Boolean).join(', ');
}

function grant(ctx, person, classes) {
  const made = form({usecase: 'role.grant', submit: t('person.grant_do'),
    fields: ['role', {name: 'duty', help: t('person.duty_help')}, {name: 'class', type: 'enum', options: classes.map((c) => ({value: c.id, label: c.name})), none: t('person.any')}, 'subject'],
    more: {label: t('person.more'), fields: ['levels', 'areas', 'from', 'to', 'order']},
    send: async (values) => {
      await send('POST', `/people/${person.id}/roles`, values);
      shown.close();
      toast(t('person.granted'));
      ctx.reload();
    }});
  const shown = dialog({title: t('person.grant'), body: made.el});
}

async function revoke(ctx, person, r, classes) {
  const sure = await confirm({title: t('person.revoke'), text: t('person.revoke_text', {role: roleWords(r, classes), name: fullName(person)}), action: t('person.revoke_do'), danger: true,
    press: () => send('DELETE', `/people/${person.id}/roles/${r.id}`)});
  if (sure) ctx.reload();
}

function dismiss(ctx, person) {
  const made = form({usecase: 'person.dismiss', fields: ['date', 'order'], submit: t('person.dismiss_do'), kind: 'danger primary',
    send: async (values) => {
      const left = await send('POST', `/people/${person.id}/dismiss`, values);
      shown.close();
      const waits = (left.waiting || left.waits || []).length;
      toast(waits ? t('person.dismissed_waits', {n: waits}) : t('person.dismissed'));
      ctx.reload();
    }});
  const shown = dialog({title: t('person.dismiss'), body: h('div', {class: 'stack'}, h('p', {class: 'measure'}, t('person.dismiss_text', {name: fullName(person)})), made.el)});
}

function showSlip(account) {
  dialog({title: t('person.slip'), body: h('div', {class: 'stack'}, h('p', {class: 'measure'}, t('person.slip_text')),
    h('dl', {class: 'facts'}, h('dt', {}, t('person.login')), h('dd', {}, account.login), h('dt', {}, t('person.password')), h('dd', {class: 'secret'}, account.password)))});
}

async function makeAccount(ctx, person) {
  try {
    showSlip(await send('POST', '/accounts', {id: person.id}));
    ctx.reload();
  } catch (error) { fail(error); }
}

async function resetAccount(account) {
  const sure = await confirm({title: t('person.reset'), text: t('person.reset_text'), action: t('person.reset_do')});
  if (!sure) return;
  try { showSlip(await send('POST', `/accounts/${account.id}/reset`)); } catch (error) { fail(error); }
}

function accountPart(ctx, person, account) {
  if (!account) return note({icon: 'key', title: t('person.no_account'), text: t('person.no_account_text'), actions: button({label: t('person.make_account'), press: () => makeAccount(ctx, person)})});
  return h('div', {class: 'stack-s'}, h('dl', {class: 'facts'}, h('dt', {}, t('person.login')), h('dd', {}, account.login)),
    h('div', {class: 'row'}, account.disabled && mark({label: t('person.disabled'), icon: 'lock', kind: 'attention'}), account.confirmed && mark({label: t('person.confirmed'), icon: 'check', kind: 'good'}),
      button({label: t('person.reset'), icon: 'key', kind: 'quiet', press: () => resetAccount(account)}),
      !account.confirmed && button({label: t('person.confirm'), kind: 'quiet', press: async () => { await send('POST', `/accounts/${account.id}/confirm`).catch(fail); ctx.reload(); }}),
      button({label: t(account.disabled ? 'person.enable' : 'person.disable'), kind: 'quiet', press: async () => { await send('POST', `/accounts/${account.id}/disable`, account.disabled ? {undo: true} : {}).catch(fail); ctx.reload(); }})));
}

export async function view(ctx) {
  const [person, classes, accounts] = await Promise.all([get(`/people/${ctx.params.id}`, null, {signal: ctx.signal}),
    list('/classes', {limit: 200}, {signal: ctx.signal}).then((x) => x.items, () => []),
    list('/accounts', {subject: ctx.params.id, limit: 5}, {signal: ctx.signal}).then((x) => x.items, () => [])]);
  const name = fullName(person);
  const today = ctx.session.today;
  const roles = person.roles || [];
  const now = roles.filter((r) => running(r, today));
  const rest = roles.filter((r) => !running(r, today));
  const row = (r, live) => listRow({icon: 'cap', title: roleWords(r, classes), text: [term(r), r.order].filter(Boolean).join(' · '),
    end: live && button({label: t('person.revoke'), kind: 'quiet', press: () => revoke(ctx, person, r, classes)})});
  ctx.title(name);
  return h('div', {class: 'stack-l'},
    pageHead({title: name, back: {href: '/people', label: t('people.title')}, lead: [person.contacts?.phone, person.contacts?.email].filter(Boolean).join(' · '),
      actions: [button({label: t('person.grant'), icon: 'plus', onclick: () => grant(ctx, person, classes)}),
        now.length > 0 && !person.dismissed && button({label: t('person.dismiss'), kind: 'danger', onclick: () => dismiss(ctx, person)})]}),
    person.dismissed && note({icon: 'exit', title: t('person.gone', {date: dateShort(person.dismissed)}), text: person.dismissed_order}),
    h('section', {class: 'stack-s'}, h('h2', {}, t('person.roles')), now.length ? h('div', {class: 'list'}, now.map((r) => row(r, true))) : h('p', {class: 'soft'}, t('person.no_roles')),
      rest.length > 0 && h('details', {class: 'more-fields'}, h('summary', {}, t('person.other_roles', {n: rest.length})), h('div', {class: 'list'}, rest.map((r) => row(r, false))))),
    h('section', {class: 'stack-s'}, h('h2', {}, t('person.account')), accountPart(ctx, person, accounts.find((a) => a.subject === person.id))),
    namingSection({person, own: person.id === ctx.session.id, done: ctx.reload}));
}
