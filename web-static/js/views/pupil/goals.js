/* Goals and reflection; beside them how teachers describe the way the pupil learns. */
import {get, list, send} from '../../api.js';
import {date, dateShort, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {ask, dialog} from '../../ui/dialog.js';
import {cap} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {word} from '../../ui/meta.js';
import {classNumber, isOwn, portfolioTabs, whose} from '../../ui/portfolio.js';
import {empty, mark, pageHead} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';

const MARKS = {active: {icon: 'target'}, reached: {icon: 'check', kind: 'good'}, set_aside: {icon: 'clock', kind: 'draft'}};

export async function view(ctx) {
  ctx.title(t('goals.title'));
  const pupil = whose(ctx);
  const options = {signal: ctx.signal};
  const [card, goals, skills] = await Promise.all([get(`/pupils/${pupil}`, null, options), list('/goals', {pupil, limit: 100}, options), list('/skills', {pupil, limit: 100}, options).catch(() => ({items: []}))]);
  const own = isOwn(ctx);
  const open = goals.items.filter((g) => g.state === 'active');
  const done = goals.items.filter((g) => g.state !== 'active');
  return h('div', {}, portfolioTabs(ctx, classNumber(card)), pageHead({title: t('goals.title'), lead: own ? t('goals.lead') : null, actions: own && goals.items.length > 0 && button({label: t('goals.add'), icon: 'plus', kind: 'primary', onclick: () => edit(ctx, null)})}),
    goals.items.length === 0 && empty({icon: 'target', title: t('goals.empty'), text: own ? t('goals.empty_text') : null, action: own && button({label: t('goals.add'), icon: 'plus', kind: 'primary', onclick: () => edit(ctx, null)})}),
    open.length > 0 && h('h2', {class: 'hush'}, t('goals.now')), h('div', {class: 'goals'}, open.map((g) => goal(ctx, g, own))),
    done.length > 0 && h('section', {class: 'feed-month'}, h('h2', {}, t('goals.done')), h('div', {class: 'goals'}, done.map((g) => goal(ctx, g, own)))),
    skills.items.length > 0 && h('section', {class: 'feed-month'}, h('h2', {}, t('goals.skills')), h('div', {class: 'goals'}, skills.items.map((s) =>
      h('article', {class: 'card'}, h('div', {class: 'card-in'}, h('h3', {class: 'card-title'}, cap(word('skill_kind', s.kind))), h('p', {}, s.text), h('p', {class: 'small soft'}, date(s.date))))))));
}

function goal(ctx, g, own) {
  return h('article', {class: 'card goal'}, h('div', {class: 'card-in'},
    h('div', {class: 'row row-apart'}, h('h3', {class: 'card-title'}, g.title), mark({label: word('goal_state', g.state), ...MARKS[g.state]})),
    g.plan && h('p', {class: 'lines'}, g.plan), g.due && h('p', {class: 'small soft'}, t('goals.due', {date: dateShort(g.due)})),
    g.reflection && h('div', {class: 'reflection'}, h('h4', {class: 'small soft'}, t('goals.reflection')), h('p', {class: 'lines'}, g.reflection)),
    (g.comments || []).map((c) => h('p', {class: 'small advice'}, icon('chat', 's'), h('span', {}, c.text))),
    h('div', {class: 'card-foot'}, h('div', {class: 'row'},
      own && g.state === 'active' && button({label: t('goals.reached'), icon: 'check', onclick: () => reach(ctx, g)}),
      own && button({label: t('ui.edit'), icon: 'pencil', kind: 'quiet', onclick: () => edit(ctx, g)}),
      !own && button({label: t('goals.advise'), icon: 'chat', kind: 'quiet', onclick: () => advise(ctx, g)})))));
}

function edit(ctx, g) {
  const made = form({usecase: 'goal.add', values: g || {}, fields: [{name: 'title', required: true, label: t('goals.what'), help: t('goals.what_help'), whole: true}, {name: 'plan', rows: 3, whole: true}, {name: 'due'},
    ...(g ? [{name: 'state', as: 'segments', whole: true}, {name: 'reflection', rows: 4, whole: true}] : [])]});
  dialog({title: t(g ? 'goals.edit' : 'goals.add'), body: made.el, actions: [{label: t('ui.cancel')}, {label: t('ui.save'), kind: 'primary', press: () => save(made, async (v) => {
    if (g) await send('PATCH', `/goals/${g.id}`, Object.fromEntries(Object.entries(v).map(([k, x]) => [k, x ?? ''])));
    else await send('POST', '/goals', {...v, pupil: whose(ctx)});
    toast(t('ui.saved'));
    ctx.reload();
  }, Boolean(g))}]});
}

async function save(made, work, whole) {
  if (!made.check()) return false;
  try {
    await work(whole ? made.whole() : made.values());
    return true;
  } catch (error) {
    if (error.name !== 'ApiError') throw error;
    made.errors([{field: error.field, text: error.message}]);
    return false;
  }
}

async function reach(ctx, g) {
  const said = await ask({title: t('goals.reached_title'), label: t('goals.reflection'), help: t('goals.reflection_help'), value: g.reflection || '', action: t('ui.save'), max: 3000, required: false,
    press: (text) => send('PATCH', `/goals/${g.id}`, {state: 'reached', ...(text ? {reflection: text} : {})})});
  if (said !== null) { toast(t('goals.well_done')); ctx.reload(); }
}

async function advise(ctx, g) {
  const said = await ask({title: t('goals.advise'), label: t('goals.advice'), action: t('ui.send'), max: 1000, press: (text) => send('PATCH', `/goals/${g.id}`, {comment: text})});
  if (said !== null) { toast(t('ui.saved')); ctx.reload(); }
}
