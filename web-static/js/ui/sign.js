/* Sign-in, second factor, own password instead of the slip's; as a page and as a dialog over an open page. */
import {h} from './h.js';
import {form} from './form.js';
import {dialog} from './dialog.js';
import {brandMark, smallTools} from './shell.js';
import {ApiError, send} from '../api.js';
import {t} from '../i18n.js';

export const entryPage = ({school, actions, title, lead, body}) => h('div', {class: 'app'}, h('main', {class: 'entry-page'},
  h('div', {class: 'entry-card'}, brandMark(), h('p', {class: 'soft'}, school.name || t('app.name')), h('h1', {tabindex: '-1'}, title), lead && h('p', {class: 'lead'}, lead), body),
  smallTools(actions)));

/* Asks for the code only when the server wants it; login and password stay as typed. */
export function signInForm({login = '', onDone, fixed = false}) {
  const code = {name: 'code', type: 'text', label: t('sign.code'), help: t('sign.code_help'), inputmode: 'numeric', autocomplete: 'one-time-code', max: 12};
  const made = form({fields: [
    {name: 'login', type: 'login', label: t('sign.login'), required: true, value: login, readonly: fixed, missing: t('sign.login_missing')},
    {name: 'password', type: 'secret', label: t('sign.password'), required: true, missing: t('sign.password_missing'), help: fixed ? null : t('sign.password_help')},
    code,
  ], submit: t('sign.in'), send: async (values, f) => {
    try {
      await onDone(await send('POST', '/session', values, {anonymous: true}));
    } catch (error) {
      if (error instanceof ApiError && (error.code === 'factor.wanted' || error.code === 'factor.wrong')) {
        const field = f.field('code');
        field.el.hidden = false;
        field.focus();
        if (!values.code) return;
        throw new ApiError(error.status, {detail: error.message, code: error.code, field: 'code'});
      }
      throw error;
    }
  }});
  made.field('code').el.hidden = true;
  made.el.querySelector('button[type=submit]').classList.add('button-wide');
  return made;
}

export function newPasswordForm({onDone}) {
  const made = form({fields: [
    {name: 'new_password', type: 'secret', label: t('password.new'), help: t('password.help'), required: true, autocomplete: 'new-password', check: (v) => (v.length < 8 ? t('password.short') : null)},
    {name: 'again', type: 'secret', label: t('password.again'), required: true, autocomplete: 'new-password'},
  ], submit: t('password.save'), send: async (values) => {
    if (values.new_password !== values.again) throw new ApiError(422, {field: 'again', detail: t('password.differ')});
    await send('POST', '/accounts/password', {new_password: values.new_password}, {anonymous: true});
    await onDone();
  }});
  made.el.querySelector('button[type=submit]').classList.add('button-wide');
  return made;
}

/* → the new session, or null when the person chose to leave. */
export function signInDialog({login}) {
  let done = null;
  const inside = signInForm({login, onDone: (session) => { done = session; box.close(true); }});
  const box = dialog({title: t('sign.again'), body: [h('p', {}, t('sign.again_text')), inside.el], actions: [{label: t('sign.leave'), kind: 'quiet', value: false}], closable: false});
  box.el.querySelector('[name=password]')?.focus();
  return box.result.then(() => done);
}
