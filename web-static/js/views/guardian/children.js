/* «Дети»: side by side, what is new with each and what awaits the parent. */
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {button} from '../../ui/button.js';
import {cap, entryCard} from '../../ui/entry.js';
import {empty, pageHead} from '../../ui/state.js';
import {firstName, kids} from '../../ui/child.js';
import {get, list} from '../../api.js';
import {ago, t} from '../../i18n.js';

/* Who may add but not see has nothing to be shown; what cannot be read is left out of the card, the rest stays. */
const quiet = (promise, none) => promise.catch((error) => { if (error.name === 'AbortError') throw error; return none; });

async function load(child, ctx) {
  const o = {signal: ctx.signal};
  const see = child.rights?.see !== false;
  const none = {items: []};
  const [recent, asked, consents, shares] = await Promise.all([
    see ? quiet(list(`/pupils/${child.pupil}/portfolio/timeline`, {limit: 3}, o), none) : none,
    quiet(list('/reviews', {pupil: child.pupil, state: 'asked'}, o), none),
    quiet(get('/consents/questions', {pupil: child.pupil}, o), none),
    quiet(list('/shares', {pupil: child.pupil}, o), none)]);
  return {recent: recent.items, asked: asked.items.filter((r) => r.asked_of === ctx.session.id),
    /* signed by the child, to be signed by me; or never answered at all */
    waiting: (consents.items || []).filter((q) => q.state === 'waiting_second' && q.documents.some((d) => d.state === 'waiting_second' && d.acts.every((a) => a.who === 'pupil'))),
    start: (consents.items || []).find((q) => q.purpose === 'processing' && q.state === 'none' && q.may),
    shares: shares.items.filter((s) => s.state === 'waiting')};
}

const task = (name, text, href, action) => h('li', {class: 'task'}, icon(name), h('span', {class: 'grow'}, text), button({label: action, href, kind: 'quiet'}));

function tasks(child, found) {
  const consent = child.rights?.consent !== false;
  const rows = [
    consent && found.start && task('shield', t('children.start', {name: firstName(child.name)}), `/consents?child=${child.pupil}`, t('children.look')),
    ...(consent ? found.waiting.map((q) => task('shield', t('children.sign', {question: q.question}), `/consents?child=${child.pupil}#${q.purpose}-${q.target || ''}`, t('children.read'))) : []),
    ...found.asked.map((r) => task('chat', r.note ? t('children.asked_note', {note: r.note}) : t('children.asked', {title: r.entry_title || ''}), `/pupils/${child.pupil}/reviews#${r.id}`, t('children.write'))),
    ...(consent ? found.shares.map((s) => task('link', t('children.share', {title: s.title || ''}), `/pupils/${child.pupil}/links#${s.id}`, t('children.look'))) : [])].filter(Boolean);
  return rows.length ? h('div', {class: 'child-part'}, h('h3', {}, t('children.awaits')), h('ul', {class: 'tasks'}, rows)) : null;
}

function news(mine) {
  if (!mine.length) return null;
  return h('div', {class: 'child-part'}, h('h3', {}, t('children.news')), h('ul', {class: 'news'}, mine.slice(0, 3).map((n) =>
    h('li', {}, h('a', {href: n.about?.entry ? `/entries/${n.about.entry}` : '/notices'}, cap(n.text.replace(`${n.pupil_name}: `, ''))), h('span', {class: 'small soft'}, ago(n.at))))),
  mine.length > 3 && h('a', {href: '/notices'}, t('children.more_news', {n: mine.length - 3})));
}

/* What is a task stands above already. */
const TASKS = ['review_asked', 'consent_second', 'share_waiting'];

function childCard(child, found, notices) {
  const see = child.rights?.see !== false;
  return h('section', {class: 'child', 'aria-label': child.name},
    h('div', {class: 'child-head'}, h('span', {class: 'child-letter', 'aria-hidden': 'true'}, firstName(child.name).charAt(0)),
      h('div', {class: 'grow'}, h('h2', {}, see ? h('a', {href: `/pupils/${child.pupil}`}, child.name) : child.name),
        h('p', {class: 'soft'}, child.class ? t('children.class', {name: child.class.name || child.class}) : ''))),
    tasks(child, found), news(notices.filter((n) => n.about?.pupil === child.pupil && !TASKS.includes(n.kind))),
    see && h('div', {class: 'child-part'}, h('h3', {}, t('children.recent')),
      found.recent.length ? h('div', {class: 'child-cards'}, found.recent.map((e) => entryCard(e, {level: 4}))) : h('p', {class: 'soft'}, t('children.nothing_yet', {name: firstName(child.name)}))),
    h('div', {class: 'child-actions'},
      child.rights?.add !== false && button({label: t('children.add'), icon: 'plus', kind: 'primary', href: `/pupils/${child.pupil}/add`}),
      see && button({label: t('children.portfolio'), icon: 'book', href: `/pupils/${child.pupil}`}),
      child.rights?.add !== false && button({label: t('children.review'), icon: 'pencil', kind: 'quiet', href: `/pupils/${child.pupil}/reviews`})));
}

export async function view(ctx) {
  ctx.title(t('children.title'));
  const list_ = kids(ctx.session, 'none');
  if (!list_.length) return empty({icon: 'people', title: t('children.none'), text: t('children.none_text')});
  const [notices, ...found] = await Promise.all([quiet(list('/notices', {unread: true, limit: 50}, {signal: ctx.signal}), {items: []}), ...list_.map((c) => load(c, ctx))]);
  const first = ctx.session.name?.split(' ').slice(1).join(' ');
  return h('div', {}, pageHead({title: t('children.title'), lead: first ? t('children.lead', {name: first}) : null}),
    ctx.session.confirmed === false && h('p', {class: 'soft measure child-note'}, icon('info', 's'), t('children.unconfirmed')),
    h('div', {class: `children${list_.length > 1 ? ' children-many' : ''}`}, list_.map((c, i) => childCard(c, found[i], notices.items))));
}
