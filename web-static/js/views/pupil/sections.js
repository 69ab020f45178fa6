/* The portfolio by section and activity, the most significant first. */
import {get} from '../../api.js';
import {sortBy, t} from '../../i18n.js';
import {cap, entryCard} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {word, words} from '../../ui/meta.js';
import {classNumber, isOwn, portfolioHead, portfolioTabs, whose} from '../../ui/portfolio.js';

export async function view(ctx) {
  const page = await get(`/pupils/${whose(ctx)}/portfolio`, null, {signal: ctx.signal});
  ctx.title(t('portfolio.sections'));
  const live = page.entries.filter((e) => e.state !== 'taken_back');
  const best = live.filter((e) => e.significant);
  const parts = words('section').map((s) => ({...s, items: live.filter((e) => e.section === s.value)}));
  return h('div', {class: 'portfolio'}, portfolioHead(ctx, {pupil: page.pupil, counts: parts.map((p) => ({id: `portfolio.in.${p.value}`, n: p.items.length}))}), portfolioTabs(ctx, classNumber(page.pupil)),
    best.length > 0 && h('section', {class: 'feed-month feed-best'}, h('h2', {}, t('portfolio.best')), h('div', {class: 'grid feed'}, best.map((e) => entryCard(e)))),
    parts.filter((p) => p.items.length || isOwn(ctx)).map((p) => section(p)));
}

/* Like stands beside like: by activity, the newest first. */
function section({label, items}) {
  const newest = sortBy(items, (e) => e.date || '').reverse();
  const order = words('activity').map((w) => w.value);
  const sorted = [...newest].sort((a, b) => order.indexOf(a.activity) - order.indexOf(b.activity));
  return h('section', {class: 'feed-month'}, h('h2', {}, cap(label)), items.length ? h('div', {class: 'grid feed'}, sorted.map((e) => entryCard(e, {who: cap(word('activity', e.activity))}))) : h('p', {class: 'soft'}, t('portfolio.section_empty')));
}
