/* What the family allowed, and the pupil's own word: from 14 the second signature, from 18 alone. */
import {list, send} from '../../api.js';
import {date, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {cap} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {word} from '../../ui/meta.js';
import {whose} from '../../ui/portfolio.js';
import {empty, mark, pageHead} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';

const MARKS = {active: {icon: 'check', kind: 'good'}, waiting_second: {icon: 'clock', kind: 'attention'}, withdrawn: {icon: 'undo', kind: 'draft'}, refused: {icon: 'close', kind: 'draft'}, expired: {icon: 'clock', kind: 'draft'}};

export async function view(ctx) {
  ctx.title(t('consents.title'));
  const {items} = await list('/consents', {pupil: whose(ctx), limit: 100}, {signal: ctx.signal});
  return h('div', {class: 'stack'}, pageHead({title: t('consents.title'), lead: t('consents.lead'), back: {href: '/portfolio/about', label: t('portfolio.about')}}),
    items.length ? h('div', {class: 'list'}, items.map((x) => row(ctx, x))) : empty({icon: 'shield', title: t('consents.empty')}));
}

function row(ctx, x) {
  const c = {...x, ...x.consent};
  const words = [c.target_title, (c.fields || []).map((f) => word('consent_field', f)).join(', '), c.to && t('shares.until', {date: date(c.to)})].filter(Boolean).join(' · ');
  const state = x.state || c.state;
  const step = (verb, said) => send('POST', `/consents/${x.id}/${verb}`, {}).then(() => { toast(said); ctx.reload(); });
  return h('div', {class: 'list-row'}, h('div', {class: 'grow stack stack-s'}, h('strong', {}, cap(word('consent_purpose', c.purpose))), h('div', {class: 'small soft'}, words)), mark({label: word('consent_state', state), ...MARKS[state]}),
    state === 'waiting_second' && button({label: t('consents.agree'), icon: 'check', kind: 'primary', onclick: () => confirm({title: t('consents.agree'), text: [t('consents.agree_text'), words], action: t('consents.agree'), press: () => step('confirm', t('consents.agreed'))})}),
    ['active', 'waiting_second'].includes(state) && button({label: t('consents.withdraw'), kind: 'quiet', onclick: () => confirm({title: t('consents.withdraw'), text: t('consents.withdraw_text'), action: t('consents.withdraw'), danger: true, press: () => step('withdraw', t('consents.withdrawn'))})}));
}
