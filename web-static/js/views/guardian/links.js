/* Links to a child's portfolio: confirming the child's, making one for a child under 14, closing. */
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {button} from '../../ui/button.js';
import {mark, note} from '../../ui/state.js';
import {word, words} from '../../ui/meta.js';
import {cap} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {list} from '../../ui/list.js';
import {confirm, dialog} from '../../ui/dialog.js';
import {toast} from '../../ui/toast.js';
import {qr} from '../../ui/qr.js';
import {childPage} from '../../ui/childpage.js';
import {firstName} from '../../ui/child.js';
import {get, send} from '../../api.js';
import {date, t} from '../../i18n.js';

const FIELDS = ['name', 'class', 'title', 'result', 'organiser', 'date', 'document', 'review'];
const KINDS = {active: 'good', waiting: 'attention', suspended: 'attention', expired: 'draft', revoked: 'draft'};
const ICONS = {active: 'check', waiting: 'clock', suspended: 'warning', expired: 'clock', revoked: 'close'};

/* The address is told once, so it is shown until the person has it. */
async function showAddress(made) {
  const address = `${location.origin}${made.address}`;
  const squares = await send('POST', '/shares/qr', {url: address}).catch(() => null);
  const input = h('input', {class: 'input', readonly: true, value: address, 'aria-label': t('links.address')});
  return dialog({title: t('links.made'), closable: true, body: [h('p', {}, t('links.made_text', {date: date(made.to)})), squares && qr(squares, t('links.qr')), input],
    actions: [{label: t('ui.copy'), kind: 'primary', icon: 'link', press: async () => { input.select(); await navigator.clipboard?.writeText(address); toast(t('ui.copied')); return false; }}, {label: t('ui.done')}]}).result;
}

function making(child, refresh) {
  const f = form({usecase: 'share.create', submit: t('links.create'), fields: [
    {name: 'title', label: t('links.for'), help: t('links.for_help')},
    {name: 'field', type: 'words', label: t('links.fields'), options: words('consent_field').filter((w) => FIELDS.includes(w.value)).map((w) => (w.value === 'document' ? {...w, label: t('links.works'), help: t('links.works_help')} : {...w, label: cap(w.label)})),
      value: ['name', 'class', 'title', 'result', 'organiser', 'date']},
    {name: 'days', type: 'enum', as: 'segments', label: t('links.term'), options: [7, 30, 90, 365].map((n) => ({value: String(n), label: t('links.days', {n})})), value: '30'}],
  send: async (v) => {
    const made = await send('POST', '/shares', {pupil: child.pupil, ...v, days: Number(v.days || 30)});
    await showAddress(made);
    refresh();
  }});
  return h('details', {class: 'panel'}, h('summary', {}, icon('plus'), t('links.new')), h('p', {class: 'soft measure'}, t('links.new_text')), f.el);
}

export async function view(ctx) {
  const {child, el} = childPage(ctx, {title: t('child.links')});
  const consent = child.rights?.consent !== false;
  const questions = consent ? await get('/consents/questions', {pupil: child.pupil}, {signal: ctx.signal}) : {};
  let links;
  const act = (link, verb, words_) => confirm({...words_, press: () => send('POST', `/shares/${link.id}/${verb}`, {})}).then((yes) => yes && links.refresh());
  const row = (s) => h('article', {class: 'said', id: s.id}, h('div', {class: 'row row-apart row-top'}, h('h3', {}, s.title || t('links.untitled')), mark({label: word('share_state', s.state), icon: ICONS[s.state], kind: KINDS[s.state]})),
    h('p', {class: 'small soft'}, t('links.until', {date: date(s.to)}), s.why && s.state === 'suspended' ? ` · ${word('share_why', s.why)}` : ''),
    h('p', {class: 'small'}, t('links.shows', {fields: (s.fields || []).map((f) => word('consent_field', f)).join(', ')}), ' ', s.entries ? t('links.chosen', {n: s.entries.length}) : t('links.all')),
    h('div', {class: 'row'},
      s.state === 'waiting' && consent && button({label: t('links.confirm'), icon: 'check', kind: 'primary', onclick: () => act(s, 'confirm', {title: t('links.confirm'),
        text: [t('links.confirm_text', {name: firstName(child.name), date: date(s.to)}), t('links.shows', {fields: (s.fields || []).map((f) => word('consent_field', f)).join(', ')})], action: t('links.confirm')})}),
      consent && !['revoked', 'expired'].includes(s.state) && button({label: t('links.close'), kind: 'quiet', onclick: () => act(s, 'revoke', {title: t('links.close'), text: t('links.close_text'), action: t('links.close'), danger: true})})));
  return el(questions.signers === 'guardian' ? making(child, () => links.refresh()) : questions.signers === 'both' && note({icon: 'info', text: t('links.pupil_makes', {name: firstName(child.name)})}),
    list(ctx, {ref: (l) => { links = l; }, path: '/shares', query: {pupil: child.pupil}, label: t('child.links'), row, empty: {icon: 'link', title: t('links.none'), text: t('links.none_text')}}));
}
