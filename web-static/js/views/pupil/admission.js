/* «Для поступления»: evidence by kind, what is missing, what expires. No points: each university counts by its own rules. */
import {get} from '../../api.js';
import {date, t} from '../../i18n.js';
import {cap, resultText} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {word} from '../../ui/meta.js';
import {portfolioTabs, whose} from '../../ui/portfolio.js';
import {mark, note, pageHead} from '../../ui/state.js';

export async function view(ctx) {
  const page = await get(`/pupils/${whose(ctx)}/portfolio/admission`, null, {signal: ctx.signal});
  ctx.title(t('portfolio.admission'));
  return h('div', {}, portfolioTabs(ctx, page.class), pageHead({title: t('portfolio.admission'), lead: t('admission.lead')}),
    h('div', {class: 'stack stack-l'}, note({text: t('admission.no_points')}), page.kinds.map((k) => kind(ctx, k))));
}

function kind(ctx, k) {
  return h('section', {class: 'stack'}, h('h2', {}, cap(word('admission_kind', k.kind))), has(k) && h('p', {class: 'soft measure'}, t(`admission.${k.kind}`)),
    k.entries.length === 0 && !k.by_state && h('p', {class: 'soft'}, t('admission.none')),
    k.entries.length > 0 && h('div', {class: 'list'}, k.entries.map((e) => evidence(ctx, e))));
}
const has = (k) => ['honours', 'champion', 'gto', 'contest', 'volunteering', 'essay'].includes(k.kind);

function evidence(ctx, e) {
  const late = e.until && e.until < ctx.session.today;
  const lacking = (e.missing || []).map((m) => h('li', {}, icon('warning', 's'), word('admission_missing', m)));
  return h('a', {class: 'list-row evidence', href: `/entries/${e.id}`}, h('div', {class: 'grow stack stack-s'}, h('strong', {}, e.title), h('div', {class: 'small soft'}, [e.level && t('entry.level', {level: word('level', e.level)}), resultText(e), e.date && date(e.date)].filter(Boolean).join(' · ')),
    lacking.length > 0 && h('ul', {class: 'lacking', 'aria-label': t('admission.missing')}, lacking)),
  lacking.length === 0 && !late && mark({label: t('admission.ready'), icon: 'check', kind: 'good'}), e.until && mark({label: t(late ? 'admission.was_until' : 'admission.until', {date: date(e.until)}), icon: 'clock', kind: late ? 'attention' : ''}));
}
