/* «Моё портфолио»: what needs an answer first, what is going up, then the stream by month. */
import {get, url} from '../../api.js';
import {month, sortBy, t, year} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {confirm} from '../../ui/dialog.js';
import {entryCard} from '../../ui/entry.js';
import {h} from '../../ui/h.js';
import {words} from '../../ui/meta.js';
import {outbox, remove, retry, watch} from '../../ui/outbox.js';
import {base, classNumber, isOwn, mayAdd, ofChild, portfolioHead, portfolioTabs, whose} from '../../ui/portfolio.js';
import {progress} from '../../ui/progress.js';
import {empty, mark} from '../../ui/state.js';
import {card} from '../../ui/card.js';
import {picture} from '../../ui/picture.js';
import {draft} from '../../ui/draft.js';
import {toast} from '../../ui/toast.js';

const PAGE = 60;

export async function view(ctx) {
  const going = goingUp(ctx, whose(ctx)); /* listens before it asks: what arrives in between is shown too */
  const page = await get(`/pupils/${whose(ctx)}/portfolio`, null, {signal: ctx.signal});
  const {pupil} = page;
  ctx.title(isOwn(ctx) ? t('portfolio.title') : [pupil.name, pupil.surname].join(' '));
  const live = page.entries.filter((e) => e.state !== 'taken_back');
  const counts = [{id: 'portfolio.count', n: live.length}, {id: 'portfolio.count_verified', n: page.states.verified || 0}, {id: 'portfolio.count_waiting', n: page.states.submitted || 0},
    {id: 'portfolio.count_drafts', n: page.states.draft || 0}];
  const stream = h('div', {});
  const years = [...new Set(live.map((e) => e.school_year).filter(Boolean))].sort().reverse();
  const sections = words('section').filter((s) => live.some((e) => e.section === s.value));
  const draw = () => stream.replaceChildren(...streamOf(ctx, live, pupil));
  const put_ = (name) => (v) => { ctx.setQuery({[name]: v}); v ? ctx.query.set(name, v) : ctx.query.delete(name); draw(); };
  draw();
  return h('div', {class: 'portfolio'}, portfolioHead(ctx, {pupil, counts}), portfolioTabs(ctx, classNumber(pupil)),
    isOwn(ctx) && pupil.may_advance && live.some((e) => earlier(e, pupil.level)) && advanceNote(ctx),
    going, mayAdd(ctx) && returned(live),
    live.length > 0 && h('div', {class: 'feed-filters no-print'},
      sections.length > 1 && chips({label: t('portfolio.by_section'), options: sections.map((s) => ({value: s.value, label: cap(s.label)})), value: ctx.query.get('section'), onchange: put_('section')}),
      years.length > 1 && chips({label: t('portfolio.by_year'), options: years.map((y) => ({value: String(y), label: yearText(y)})), value: ctx.query.get('year'), onchange: put_('year')}),
      pupil.order?.length > 0 && chips({label: t('portfolio.by_order'), options: [{value: 'own', label: t('portfolio.own_order'), icon: 'star'}], value: ctx.query.get('order'), onchange: put_('order')})),
    stream,
    ofChild(ctx) && h('p', {class: 'no-print'}, button({label: t('child.export'), icon: 'download', kind: 'quiet', href: url(`/pupils/${whose(ctx)}/portfolio/export`, {format: 'zip'}), download: ''})),
    ctx.session.roles?.some((r) => r.role === 'director') && !ofChild(ctx) && h('p', {class: 'no-print'}, button({label: t('portfolio.erase'), icon: 'trash', kind: 'quiet', href: `/pupils/${whose(ctx)}/erase`})));
}

const cap = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);
const yearText = (y) => (/^\d+$/.test(String(y)) ? year(y) : y);

/* An entry of the level of school before this one. */
const earlier = (e, level) => { const n = parseInt(e.class_name || '0', 10); return n > 0 && (level === 'ooo' ? n <= 4 : level === 'soo' && n <= 9); };

function advanceNote(ctx) {
  return h('div', {class: 'feed-note'}, h('p', {}, t('portfolio.advance')), button({label: t('portfolio.advance_do'), href: `${base(ctx)}/order`}));
}

/* Returned entries stand on top with the reason and one action. */
function returned(entries) {
  const back = entries.filter((e) => e.state === 'returned');
  if (!back.length) return null;
  const box = h('section', {class: 'feed-returned stack', 'aria-label': t('portfolio.returned')});
  box.append(h('h2', {class: 'hush'}, t('portfolio.returned')), ...back.map((e) => {
    const why = h('p', {class: 'reason'}, t('portfolio.returned_wait'));
    get(`/entries/${e.id}`).then((whole) => { if (whole.returned?.reason) why.textContent = t('portfolio.returned_why', {reason: whole.returned.reason}); }, () => {});
    return entryCard(e, {attention: true, body: why, actions: button({label: t('portfolio.mend'), icon: 'pencil', kind: 'primary', href: `/entries/${e.id}/edit`})});
  }));
  return box;
}

/* Entries going up: a bar on the card; what failed says why and offers a way on. */
function goingUp(ctx, pupil) {
  const box = h('section', {class: 'feed-going stack', 'aria-label': t('outbox.title'), hidden: true});
  const bars = new Map();
  const draw = () => {
    const items = outbox(pupil);
    box.hidden = !items.length;
    bars.clear();
    box.replaceChildren(h('h2', {class: 'hush'}, t('outbox.title')), ...items.map((item) => goingCard(ctx, item, bars)));
  };
  watch((event) => {
    if (event?.progress) { bars.get(event.progress.id)?.(event.progress.part); return; }
    if (event?.done && event.done.pupil === pupil) {
      toast(t(event.done.values.submit ? 'outbox.sent' : 'outbox.kept'), {action: event.entry?.id && {label: t('ui.open'), press: () => ctx.go(`/entries/${event.entry.id}`)}});
      ctx.reload();
      return;
    }
    draw();
  }, ctx.signal);
  draw();
  return box;
}

function goingCard(ctx, item, bars) {
  const bar = progress({label: t(item.state === 'waiting' ? 'outbox.waiting' : 'outbox.going'), value: item.state === 'waiting' ? 0 : item.part});
  bars.set(item.id, bar.set);
  const failed = item.state === 'failed';
  const thumb = picture({icon: 'upload'});
  const first = item.files.find((f) => f.type.startsWith('image/'));
  if (first) {
    const address = URL.createObjectURL(first);
    const img = h('img', {src: address, alt: '', class: 'seen', onload: () => URL.revokeObjectURL(address)});
    thumb.replaceChildren(img);
  }
  return card({title: item.values.title || t('entry.untitled'), picture: thumb, attention: failed, marks: failed ? [mark({label: t('outbox.failed'), icon: 'warning', kind: 'attention'})] : [],
    body: failed ? h('p', {class: 'reason'}, item.error) : bar.el,
    actions: failed && h('div', {class: 'row'}, item.code === 'file.duplicate' && button({label: t('outbox.same'), onclick: () => { item.values.same_file = true; retry(item.id); }}),
      item.code !== 'file.duplicate' && button({label: t('ui.again'), icon: 'turn', onclick: () => retry(item.id)}),
      button({label: t('outbox.change'), icon: 'pencil', kind: 'quiet', onclick: () => change(ctx, item)}),
      button({label: t('outbox.drop'), icon: 'trash', only: true, onclick: async () => {
        if (await confirm({title: t('outbox.drop'), text: t('outbox.drop_text'), action: t('outbox.drop'), danger: true})) remove(item.id);
      }}))});
}

/* Back into the form with everything that was filled in. */
async function change(ctx, item) {
  const back = draft(`${item.account}:${item.pupil}`);
  await Promise.all([back.values({values: item.values}), back.files(item.files)]);
  await remove(item.id);
  ctx.go(`${base(ctx)}/add?step=fields`);
}

function streamOf(ctx, entries, pupil) {
  const [section, wantedYear, own] = ['section', 'year', 'order'].map((n) => ctx.query.get(n));
  let items = entries.filter((e) => (!section || e.section === section) && (!wantedYear || String(e.school_year) === wantedYear));
  if (isOwn(ctx) || mayAdd(ctx)) items = items.filter((e) => e.state !== 'returned');
  if (!items.length) return [emptyStream(ctx, entries)];
  if (own && pupil.order) return [h('div', {class: 'grid feed'}, inOrder(items, pupil.order).map((e) => entryCard(e)))];
  const present = items.filter((e) => !e.past);
  const past = items.filter((e) => e.past);
  const out = byMonth(present);
  if (past.length) out.push(h('details', {class: 'more-fields feed-past'}, h('summary', {}, t('portfolio.past', {n: past.length})), byMonth(past)));
  return out;
}

function byMonth(items) {
  const dated = sortBy(items, (e) => e.date || e.created || '').reverse();
  const parts = [];
  let left = dated.length;
  const months = new Map();
  for (const e of dated) {
    const key = (e.date || e.created || '').slice(0, 7);
    if (!months.has(key)) months.set(key, []);
    months.get(key).push(e);
  }
  let shown = 0;
  const rest = [];
  for (const [key, list] of months) {
    const make = () => h('section', {class: 'feed-month'}, h('h2', {}, key ? month(`${key}-01`) : t('portfolio.undated')), h('div', {class: 'grid feed'}, list.map((e) => entryCard(e))));
    if (shown < PAGE) parts.push(make()); else rest.push(make);
    shown += list.length;
    left -= list.length;
  }
  if (rest.length) {
    const more = h('div', {class: 'list-more'}, button({label: t('list.more'), onclick: () => { more.before(...rest.splice(0, 6).map((f) => f())); if (!rest.length) more.remove(); }}));
    parts.push(more);
  }
  return parts;
}

function inOrder(items, order) {
  const place = new Map(order.map((id, i) => [id, i]));
  return [...items].sort((a, b) => (place.get(a.id) ?? 1e6) - (place.get(b.id) ?? 1e6) || (a.date < b.date ? 1 : -1));
}

function emptyStream(ctx, entries) {
  if (entries.length) return entries.every((e) => e.state === 'returned') ? h('div', {}) : empty({icon: 'search', title: t('list.nothing_found'), text: t('list.nothing_found_text')});
  if (outbox(whose(ctx)).length) return h('div', {});
  return mayAdd(ctx) ? empty({icon: 'camera', title: t('portfolio.empty'), text: t('portfolio.empty_text'), action: button({label: t('portfolio.add_first'), icon: 'plus', kind: 'primary', large: true, href: `${base(ctx)}/add`})})
    : empty({icon: 'book', title: t('portfolio.empty_other')});
}
