/* Signing out. What was typed or photographed and not sent lies in this browser, for this account alone; whoever leaves is asked whether it stays.
 * Of staff, and where several people sign in, the usual answer is no. */
import {send} from '../api.js';
import {accountLang, t} from '../i18n.js';
import {dialog} from './dialog.js';
import {h} from './h.js';
import {stopOutbox} from './outbox.js';
import {drop, everything, keys, people, take} from './store.js';

const draftsOf = async (account) => (await keys('drafts')).filter((key) => String(key).split(':').includes(account));
const outboxOf = async (account) => (await everything('outbox')).filter((x) => x.account === account);
const holds = (v) => (Array.isArray(v) ? v.length > 0 : Object.values(v?.values || {}).some((x) => x !== null && x !== ''));

/* How many drafts and records on their way are kept for the account. */
async function unsent(account) {
  const forms = new Set();
  for (const key of await draftsOf(account)) if (holds(await take('drafts', key))) forms.add(String(key).replace(/:files$/, ''));
  return forms.size + (await outboxOf(account)).length;
}

async function forget(account) {
  for (const key of await draftsOf(account)) await drop('drafts', key);
  for (const item of await outboxOf(account)) await drop('outbox', item.id);
}

/* → 'keep', 'drop', or null: stays signed in. */
function ask(n, careful) {
  const keep = {label: t('leave.keep'), kind: careful ? '' : 'primary', value: 'keep'};
  const away = {label: t('leave.drop'), kind: careful ? 'danger primary' : 'danger', value: 'drop'};
  return dialog({title: t('leave.title'), body: [h('p', {}, t('leave.left', {n})), h('p', {class: 'soft'}, t(careful ? 'leave.shared' : 'leave.own'))],
    actions: [{label: t('ui.cancel'), kind: 'quiet', value: null}, ...(careful ? [keep, away] : [away, keep])]}).result;
}

/* Signs out (everywhere: on all devices) and begins anew. → false when the person stays. */
export async function leave(session, {everywhere = false} = {}) {
  const n = await unsent(session.account);
  const how = n ? await ask(n, session.kind === 'staff' || people().length > 1) : 'keep';
  if (!how) return false;
  stopOutbox();
  if (how === 'drop') await forget(session.account);
  const gone = send('DELETE', '/session', everywhere ? {everywhere} : {});
  await (everywhere ? gone : gone.catch(() => {}));
  accountLang(null);
  location.assign('/');
  return true;
}
