/* Reviews that were given, those still awaited, and asking for one. */
import {get, list, send} from '../../api.js';
import {date, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {cap} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word, words} from '../../ui/meta.js';
import {classNumber, isOwn, portfolioTabs, whose} from '../../ui/portfolio.js';
import {empty, pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';

export async function view(ctx) {
  ctx.title(t('review.title'));
  const pupil = whose(ctx);
  const [card, {items}] = await Promise.all([get(`/pupils/${pupil}`, null, {signal: ctx.signal}), list('/reviews', {pupil, limit: 100}, {signal: ctx.signal})]);
  const given = items.filter((r) => r.state === 'given');
  const asked = items.filter((r) => r.state === 'asked');
  const own = isOwn(ctx);
  const askButton = button({label: t('review.ask'), icon: 'chat', kind: 'primary', press: () => ask(ctx, pupil)});
  return h('div', {}, portfolioTabs(ctx, classNumber(card)), pageHead({title: t('review.title'), actions: own && items.length > 0 && askButton}),
    items.length === 0 && empty({icon: 'chat', title: t('review.empty'), text: own ? t('review.empty_text') : null, action: own && askButton}),
    h('div', {class: 'stack'}, given.map(review)),
    asked.length > 0 && h('section', {class: 'feed-month'}, h('h2', {}, t('review.awaited')), h('ul', {class: 'list'}, asked.map((r) => h('li', {class: 'list-row'}, h('div', {class: 'grow'}, r.entry_title || t('review.about_all'), h('div', {class: 'small soft'}, [cap(word('review_kind', r.kind)), date(r.changed)].join(' · '))))))));
}

const review = (r) => h('blockquote', {class: 'review'}, h('p', {}, r.text), h('footer', {class: 'small soft'}, [cap(word('review_kind', r.kind)), r.by_name || word('source', r.by_kind), date(r.changed)].filter(Boolean).join(' · '),
  r.entry && h('span', {}, ' · ', h('a', {href: `/entries/${r.entry}`}, r.entry_title))));

async function ask(ctx, pupil) {
  let people;
  try { people = (await list('/reviews/whom', {pupil}, {signal: ctx.signal})).items; } catch (error) { fail(error); return; }
  if (!people.length) { toast(t('review.nobody'), {attention: true}); return; }
  const options = people.map((p) => ({value: p.person, label: [p.name || t('review.guardian'), p.subject || (p.as !== 'guardian' && p.as && word('role', p.as))].filter(Boolean).join(' · ')}));
  const made = form({usecase: 'review.ask', fields: [{name: 'of', type: 'enum', options, required: true, label: t('review.of'), whole: true},
    {name: 'kind', type: 'enum', as: 'segments', options: words('review_kind').filter((w) => w.value !== 'thanks' && w.value !== 'critique'), value: 'review', label: t('review.kind'), whole: true},
    {name: 'note', type: 'lines', max: 500, rows: 3, label: t('review.note'), help: t('review.note_help'), whole: true}]});
  dialog({title: t('review.ask'), body: made.el, actions: [{label: t('ui.cancel')}, {label: t('review.ask_do'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    try { await send('POST', '/reviews/ask', {...made.values(), pupil}); } catch (error) { made.errors([{field: error.field, text: error.message}]); return false; }
    toast(t('review.asked'));
    ctx.reload();
    return true;
  }}]});
}
