/* The second factor of an account of staff: a code of an app on the phone beside the password. Set up in two steps, spare codes shown once. */
import {get, send} from '../api.js';
import {t} from '../i18n.js';
import {button} from './button.js';
import {dialog} from './dialog.js';
import {form} from './form.js';
import {h} from './h.js';
import {qr} from './qr.js';
import {mark, note} from './state.js';
import {toast} from './toast.js';

const password = () => ({name: 'current_password', type: 'secret', label: t('password.current'), required: true});
const code = () => ({name: 'code', type: 'text', label: t('sign.code'), help: t('sign.code_help'), required: true, inputmode: 'numeric', autocomplete: 'one-time-code', max: 20});

/* Asks in a dialog and sends; what the server refuses stands in the form. → the answer, or null. */
async function asked({title, text, fields, action, path, danger}) {
  let answer = null;
  const made = form({fields, send: async (v) => { answer = await send('POST', path, v); return answer; }});
  await dialog({title, body: [text, made.el], actions: [{label: t('ui.cancel')}, {label: action, kind: danger ? 'danger primary' : 'primary', press: async () => Boolean(await made.submit())}]}).result;
  return answer;
}

/* A school's long name in Russian letters makes more squares than a camera likes: the app then shows the program's name. */
function short(uri, login) {
  if (uri.length <= 200) return uri;
  const query = new URLSearchParams(uri.split('?')[1]);
  query.set('issuer', 'Letopis');
  return `otpauth://totp/Letopis:${encodeURIComponent(login)}?${query}`;
}

async function setUp(session, done) {
  const begun = await asked({title: t('factor.start'), text: h('p', {}, t('factor.start_text')), fields: [password()], action: t('ui.next'), path: '/accounts/factor'});
  if (!begun) return;
  const {base32, uri} = begun.secret;
  const squares = await send('POST', '/shares/qr', {url: short(uri, session.login)}).catch(() => null);
  const confirmed = await asked({title: t('factor.scan'), text: h('div', {class: 'stack'}, h('p', {}, t('factor.scan_text')), squares && qr(squares, t('factor.qr')), h('p', {class: 'small'}, t('factor.by_hand'), ' ', h('code', {}, base32.replace(/(.{4})(?=.)/g, '$1 ')))),
    fields: [code()], action: t('factor.on_do'), path: '/accounts/factor/confirm'});
  if (confirmed) { await spare(confirmed.codes); done(); }
}

const spare = (codes) => dialog({title: t('factor.codes'), body: [h('p', {}, t('factor.codes_text')), h('ol', {class: 'spare-codes'}, (codes || []).map((c) => h('li', {}, h('code', {}, c))))],
  actions: [{label: t('ui.print'), icon: 'print', press: () => { window.print(); return false; }}, {label: t('ui.done'), kind: 'primary'}]}).result;

export async function factorSection({session, signal, reload}) {
  if (session.kind !== 'staff') return null;
  const now = await get('/accounts/factor', null, {signal}).catch(() => null);
  if (!now) return null;
  const on = now.state === 'on';
  const off = button({label: t('factor.off_do'), kind: 'quiet', press: async () => {
    if (await asked({title: t('factor.off_do'), text: h('p', {}, t('factor.off_text')), fields: [password(), code()], action: t('factor.off_do'), path: '/accounts/factor/remove', danger: true})) { toast(t('ui.saved')); reload(); }
  }});
  const again = button({label: t('factor.new_codes'), press: async () => {
    const made = await asked({title: t('factor.new_codes'), fields: [password(), code()], action: t('factor.new_codes'), path: '/accounts/factor/codes'});
    if (made) { await spare(made.codes); reload(); }
  }});
  return h('section', {class: 'stack', id: 'factor'}, h('h2', {}, t('factor.title')), now.required && !on && note({attention: true, icon: 'key', text: t('factor.required')}), h('p', {class: 'soft measure'}, t('factor.text')),
    h('div', {class: 'row'}, mark({label: t(on ? 'factor.on' : 'factor.off'), icon: on ? 'check' : 'close', kind: on ? 'good' : 'draft'}), on && h('span', {class: 'soft'}, t('factor.left', {n: now.codes_left})),
      on ? [again, !now.required && off] : button({label: t('factor.start'), icon: 'shield', kind: 'primary', press: () => setUp(session, reload)})));
}
