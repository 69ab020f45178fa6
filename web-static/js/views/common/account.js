/* Own account: password, second factor, where one is signed in. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {form} from '../../ui/form.js';
import {list, listRow} from '../../ui/list.js';
import {pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';
import {confirm} from '../../ui/dialog.js';
import {namingSection} from '../../ui/naming.js';
import {leave} from '../../ui/leave.js';
import {factorSection} from '../../ui/factor.js';
import {ApiError, get, send} from '../../api.js';
import {ago, t} from '../../i18n.js';

export async function view(ctx) {
  ctx.title(t('account.title'));
  const password = form({fields: [
    {name: 'current_password', type: 'secret', label: t('password.current'), required: true, autocomplete: 'current-password'},
    {name: 'new_password', type: 'secret', label: t('password.new'), help: t('password.help'), required: true, autocomplete: 'new-password', check: (v) => (v.length < 8 ? t('password.short') : null)},
    {name: 'again', type: 'secret', label: t('password.again'), required: true, autocomplete: 'new-password'}],
  submit: t('password.save'), send: async (v, f) => {
    if (v.new_password !== v.again) throw new ApiError(422, {field: 'again', detail: t('password.differ')});
    await send('POST', '/accounts/password', {current_password: v.current_password, new_password: v.new_password});
    f.set({current_password: '', new_password: '', again: ''});
    toast(t('password.saved'));
  }});
  const elsewhere = button({label: t('account.everywhere'), icon: 'exit', onclick: async () => {
    if (!(await confirm({title: t('account.everywhere'), text: t('account.everywhere_text'), action: t('account.everywhere')}))) return;
    try { await leave(ctx.session, {everywhere: true}); } catch (error) { fail(error); }
  }});
  const after = async () => { const asked = ctx.session.factor === 'required'; asked ? location.assign('/') : ctx.reload(); };
  const factor = await factorSection({session: ctx.session, signal: ctx.signal, reload: after});
  const naming = ctx.session.kind === 'staff' && ctx.session.factor !== 'required' ? await namingSection({person: await get(`/people/${ctx.session.id}`, null, {signal: ctx.signal}), own: true, done: ctx.reload}) : null;
  return h('div', {class: 'stack stack-l'}, pageHead({title: t('account.title'), lead: `${ctx.session.name} · ${ctx.session.login}`}),
    ctx.session.factor === 'required' && factor, h('section', {class: 'stack'}, h('h2', {}, t('account.password')), password.el), ctx.session.factor !== 'required' && factor, naming,
    h('section', {class: 'stack'}, h('h2', {}, t('account.sessions')), h('p', {class: 'soft measure'}, t('account.sessions_text')),
      list(ctx, {path: '/accounts/sessions', label: t('account.sessions'), row: (x) => listRow({icon: 'phone', title: x.title || x.label || t('account.browser'),
        text: [x.current && t('account.this'), ago(x.last_used || x.created)].filter(Boolean).join(' · ')})}), h('div', {class: 'row'}, elsewhere)));
}
