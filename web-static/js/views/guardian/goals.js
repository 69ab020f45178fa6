/* A child's goals: read by the parent, with a word of advice. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {mark} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {list} from '../../ui/list.js';
import {ask} from '../../ui/dialog.js';
import {childPage} from '../../ui/childpage.js';
import {firstName} from '../../ui/child.js';
import {send} from '../../api.js';
import {date, dateShort, t} from '../../i18n.js';

const KINDS = {active: '', reached: 'good', set_aside: 'draft'};
const ICONS = {active: 'target', reached: 'check', set_aside: 'clock'};

export async function view(ctx) {
  const {child, el} = childPage(ctx, {title: t('child.goals')});
  let goals;
  const advise = (g) => ask({title: t('goals.advise'), text: g.title, label: t('goals.advice'), action: t('ui.send'), press: async (comment) => {
    await send('PATCH', `/goals/${g.id}`, {comment});
    goals.refresh();
  }});
  const row = (g) => h('article', {class: 'said'}, h('div', {class: 'row row-apart row-top'}, h('h3', {}, g.title), mark({label: word('goal_state', g.state), icon: ICONS[g.state], kind: KINDS[g.state]})),
    g.due && h('p', {class: 'small soft'}, t('goals.due', {date: date(g.due)})),
    g.plan && h('p', {class: 'said-text'}, g.plan), g.reflection && h('p', {class: 'said-text'}, h('strong', {}, `${t('goals.reflection')} `), g.reflection),
    (g.comments || []).map((c) => h('p', {class: 'advice'}, c.text, h('span', {class: 'small soft'}, ` ${dateShort(c.at)}`))),
    child.rights?.add !== false && button({label: t('goals.advise'), icon: 'chat', kind: 'quiet', onclick: () => advise(g)}));
  return el(list(ctx, {ref: (l) => { goals = l; }, path: '/goals', query: {pupil: child.pupil}, label: t('child.goals'), row,
    empty: {icon: 'target', title: t('goals.none', {name: firstName(child.name)}), text: t('goals.none_text')}}));
}
