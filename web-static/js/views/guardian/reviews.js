/* Reviews of a child: those that are asked for, writing one, those given. */
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {button} from '../../ui/button.js';
import {mark, note} from '../../ui/state.js';
import {word, words} from '../../ui/meta.js';
import {form} from '../../ui/form.js';
import {list} from '../../ui/list.js';
import {confirm} from '../../ui/dialog.js';
import {toast, fail} from '../../ui/toast.js';
import {childPage} from '../../ui/childpage.js';
import {firstName} from '../../ui/child.js';
import {list as ask, send} from '../../api.js';
import {dateShort, t} from '../../i18n.js';

/* Beginnings that help whoever does not know how to start. */
const phrases = () => [1, 2, 3, 4].map((n) => t(`review.phrase_${n}`));

function phraseChips(field) {
  const put = (text) => {
    const now = field.get() || '';
    field.set(now ? `${now.trimEnd()} ${text} ` : `${text} `);
    field.focus();
  };
  return h('div', {class: 'chips', role: 'group', 'aria-label': t('review.phrases')}, phrases().map((text) => h('button', {type: 'button', class: 'chip', onclick: () => put(text)}, text)));
}

function writing({submit, kinds, done}) {
  const f = form({usecase: 'review.add', submit, fields: [
    kinds && {name: 'kind', type: 'enum', as: 'segments', options: words('review_kind').filter((w) => ['review', 'thanks', 'recommendation'].includes(w.value)), value: 'review', label: t('review.kind')},
    {name: 'text', type: 'lines', rows: 6, label: t('review.text'), help: t('review.text_help'), required: true}].filter(Boolean), send: done});
  f.field('text').el.before(phraseChips(f.field('text')));
  return f;
}

function request(r, child, refresh) {
  const f = writing({submit: t('review.send'), done: async (v) => { await send('POST', `/reviews/${r.id}/give`, {text: v.text}); toast(t('review.given')); refresh(); }});
  return h('section', {class: 'panel', id: r.id, 'aria-label': t('review.asked')}, note({icon: 'chat', title: r.entry_title ? t('review.asked_of', {title: r.entry_title}) : t('review.asked_plain', {name: firstName(child.name)}), text: r.note}), f.el,
    button({label: t('review.decline'), kind: 'quiet', onclick: async () => {
      if (await confirm({title: t('review.decline'), text: t('review.decline_text'), action: t('review.decline'), press: () => send('POST', `/reviews/${r.id}/decline`, {})})) refresh();
    }}));
}

export async function view(ctx) {
  const {child, el} = childPage(ctx, {title: t('child.reviews')});
  const asked = (await ask('/reviews', {pupil: child.pupil, state: 'asked'}, {signal: ctx.signal})).items.filter((r) => r.asked_of === ctx.session.id);
  let given;
  const own = h('details', {class: 'panel', open: !asked.length && ctx.query.get('write') === '1'}, h('summary', {}, icon('plus'), t('review.own')));
  const write = writing({submit: t('review.send'), kinds: true, done: async (v, api) => {
    await send('POST', '/reviews', {pupil: child.pupil, ...v});
    toast(t('review.given'));
    api.set({text: ''});
    own.open = false;
    given.refresh();
  }});
  own.append(write.el);
  const row = (r) => h('article', {class: 'said'}, h('p', {class: 'said-text'}, r.text), h('div', {class: 'row row-apart'},
    h('p', {class: 'small soft'}, [word('review_kind', r.kind), r.by === ctx.session.id ? t('review.me') : t(`review.by_${r.by_kind}`), r.entry_title, dateShort(r.changed)].filter(Boolean).join(' · ')),
    r.by === ctx.session.id ? button({label: t('review.retract'), kind: 'quiet', onclick: () => retract(r)}) : r.state !== 'given' && mark({label: word('review_state', r.state)})));
  async function retract(r) {
    try {
      if (await confirm({title: t('review.retract'), text: t('review.retract_text'), action: t('review.retract'), danger: true, press: () => send('POST', `/reviews/${r.id}/retract`, {})})) given.refresh();
    } catch (error) { fail(error); }
  }
  return el(asked.map((r) => request(r, child, ctx.reload)), child.rights?.add !== false && own,
    list(ctx, {ref: (l) => { given = l; }, path: '/reviews', query: {pupil: child.pupil, state: 'given'}, label: t('child.reviews'), row,
      empty: {icon: 'chat', title: t('review.none'), text: t('review.none_text', {name: firstName(child.name)})}}));
}
