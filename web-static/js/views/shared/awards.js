/* Nominations by step; what they are made of stands in award.js. */
import {all, list} from '../../api.js';
import {dateShort, t} from '../../i18n.js';
import {mayJudge} from '../../ui/award.js';
import {button} from '../../ui/button.js';
import {h} from '../../ui/h.js';
import {word} from '../../ui/meta.js';
import {empty, pageHead} from '../../ui/state.js';

const STEPS = ['nominated', 'returned', 'agreed', 'refused'];

export async function view(ctx) {
  ctx.title(t('awards.title'));
  const options = {signal: ctx.signal};
  const [items, kinds] = await Promise.all([all('/awards', null, options), list('/awards/kinds', {limit: 200}, options)]);
  const judge = mayJudge(ctx.session);
  const ready = kinds.items.some((k) => k.state === 'active');
  return h('div', {}, pageHead({title: t('awards.title'), lead: t('awards.lead'), actions: [
    judge && button({label: t('awards.kinds'), icon: 'list', kind: 'quiet', href: '/awards/kinds'}),
    ready && button({label: t('awards.nominate'), icon: 'plus', kind: 'primary', href: '/awards/new'})]}),
  !ready && empty({icon: 'medal', title: t('awards.no_kinds'), text: t(judge ? 'awards.no_kinds_head' : 'awards.no_kinds_text'),
    action: judge && button({label: t('awards.kind_add'), icon: 'plus', kind: 'primary', href: '/awards/kinds'})}),
  ready && items.length === 0 && empty({icon: 'medal', title: t('awards.empty'), text: t('awards.empty_text')}),
  items.length > 0 && h('div', {class: 'award-board'}, STEPS.map((step) => column(step, items.filter((a) => a.state === step)))));
}

const column = (step, items) => h('section', {class: 'award-step', 'aria-labelledby': `step-${step}`},
  h('h2', {id: `step-${step}`, class: 'award-head'}, word('award_state', step), ' ', h('span', {class: 'soft'}, items.length)),
  items.length ? h('ul', {class: 'award-list'}, items.map((a) => h('li', {}, h('a', {class: 'award-card', href: `/awards/${a.id}`},
    h('strong', {}, a.pupil_name), h('span', {class: 'small'}, a.title), h('span', {class: 'small soft'}, [a.class_name, dateShort(a.changed.at)].filter(Boolean).join(' · '))))))
    : h('p', {class: 'small soft'}, t('awards.nobody')));
