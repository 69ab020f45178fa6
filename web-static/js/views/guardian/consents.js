/* «Согласия»: each a plain question, off at first, with a live picture of what a stranger would see. Turning one on opens the full text of that one
 * consent and a separate confirmation. */
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {button} from '../../ui/button.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {cap} from '../../ui/entry.js';
import {confirm, dialog} from '../../ui/dialog.js';
import {announce, fail, toast} from '../../ui/toast.js';
import {publicCard} from '../../ui/publiccard.js';
import {childChips, chosen, firstName, kids} from '../../ui/child.js';
import {get, send} from '../../api.js';
import {date, t} from '../../i18n.js';

const KINDS = {active: 'good', waiting_second: 'attention', refused: 'attention'};
const ICONS = {active: 'check', waiting_second: 'clock', refused: 'close'};
const mine = (d) => d.acts.some((a) => a.mine);
const paragraphs = (text) => text.split('\n').map((p) => h('p', {}, p));
const idOf = (q) => `${q.purpose}-${q.target || ''}`;
const signed = (q) => q.documents.filter((d) => d.state === 'active' || d.state === 'waiting_second');

/* The full text of one consent and one signature under it. → true when signed */
function read(q, {child, fields = [], press, signers, last = false}) {
  const both = signers === 'both';
  return dialog({title: q.question, body: [h('div', {class: 'paper'}, paragraphs(q.text), fields.length > 0 && h('div', {}, h('p', {}, h('strong', {}, t('consents.exactly'))), h('ul', {class: 'bullets'}, fields.map((f) => h('li', {}, cap(word('consent_field', f))))))),
    h('p', {class: 'small soft'}, t('consents.version', {version: q.text_version})), h('p', {}, last ? t('consents.last') : both ? t('consents.both', {name: firstName(child.name)}) : t('consents.one'))],
  actions: [{label: t('ui.cancel'), value: false}, {label: t('consents.sign'), icon: 'pencil', kind: 'primary', value: true, press}]}).result.then((v) => v === true);
}

/* Where there is no entry yet, an example shows what the ticked fields would look like. */
function withSample(card, fields) {
  if (card.entries?.length || !fields.includes('title')) return card;
  const has = (f) => fields.includes(f);
  return {...card, entries: [{title: t('consents.sample'), activity: 'contest', ...(has('result') ? {level: 'municipal', result: 'winner'} : {}), organiser: has('organiser') ? t('consents.sample_organiser') : null, date: has('date') ? '2026-10-20' : null,
    mentor: has('mentor') ? t('consents.sample_mentor') : null}]};
}

/* Who has the say, said when it is not this person. */
function lock(q, child) {
  if (q.may) return null;
  if (q.paper_only) return note({icon: 'file', text: t('consents.paper')});
  return note({icon: 'lock', text: q.why === 'consent.unconfirmed' ? t('consents.unconfirmed') : q.why_text || t('consents.not_yours', {name: firstName(child.name)})});
}

async function withdrawAll(q) {
  for (const d of signed(q)) await send('POST', `/consents/${d.id}/withdraw`, {});
}

export async function view(ctx) {
  ctx.title(t('consents.title'));
  const children = kids(ctx.session, 'consent');
  if (!children.length) return empty({icon: 'shield', title: t('consents.none'), text: t('consents.none_text')});
  const child = chosen(ctx, children);
  const page = h('div', {class: 'questions'});
  let data;

  async function load() {
    data = await get('/consents/questions', {pupil: child.pupil}, {signal: ctx.signal});
    page.replaceChildren(...data.items.map(question));
  }
  const again = async (words) => { await load(); toast(words); };

  /* What stands now and what can be done about it. */
  function standing(q) {
    const waiting = q.documents.find((d) => d.state === 'waiting_second');
    const active = q.documents.filter((d) => d.state === 'active');
    const refusal = q.documents.find((d) => d.state === 'refused' && mine(d));
    const foreign = q.documents.find((d) => d.state === 'refused' && !mine(d));
    return [
      foreign && note({icon: 'lock', attention: true, text: t('consents.other_refused')}),
      refusal && note({icon: 'close', text: t('consents.you_refused'), actions: button({label: t('consents.lift'), onclick: () => lift(refusal)})}),
      waiting && (mine(waiting)
        ? note({icon: 'clock', text: t('consents.waits_child', {name: firstName(child.name)}), actions: button({label: t('consents.withdraw'), kind: 'quiet', onclick: () => withdraw(q)})})
        : note({icon: 'clock', attention: true, text: t('consents.waits_you', {name: firstName(child.name)}), actions: q.may && button({label: t('consents.read_sign'), kind: 'primary', icon: 'pencil', onclick: () => second(q, waiting)})})),
      active.length > 0 && h('p', {class: 'soft'}, t('consents.until', {date: date(active.map((d) => d.to).sort().pop())}), active.some((d) => d.acts.some((a) => a.how === 'paper')) ? ` · ${t('consents.on_paper')}` : '')];
  }

  async function second(q, waiting) {
    if (await read(q, {child, fields: waiting.fields, signers: data.signers, last: true, press: () => send('POST', `/consents/${waiting.id}/confirm`, {})})) await again(t('consents.signed'));
  }
  async function lift(refusal) {
    try { await send('POST', `/consents/${refusal.id}/withdraw`, {}); await again(t('consents.lifted')); } catch (error) { fail(error); }
  }
  async function withdraw(q) {
    if (await confirm({title: t('consents.withdraw'), text: t(q.target ? 'consents.withdraw_target' : `consents.withdraw_${q.purpose}`), action: t('consents.withdraw'), danger: true, press: () => withdrawAll(q)})) await again(t('consents.withdrawn'));
  }
  async function refuse(q) {
    const values = {pupil: child.pupil, purpose: q.purpose, target: q.target, refuse: true};
    if (await confirm({title: t('consents.refuse'), text: t('consents.refuse_text'), action: t('consents.refuse'), press: () => send('POST', '/consents', values)})) await again(t('consents.refused'));
  }

  const against = (q) => q.may && !q.documents.some((d) => d.state === 'refused') && !signed(q).length && q.purpose !== 'processing' && button({label: t('consents.refuse'), kind: 'quiet', onclick: () => refuse(q)});

  /* One yes or no. */
  function plain(q) {
    const waiting = q.documents.find((d) => d.state === 'waiting_second');
    if (waiting && !mine(waiting)) return null; /* the note above is where it is answered */
    const on = signed(q).length > 0;
    const input = h('input', {type: 'checkbox', role: 'switch', checked: on, 'aria-labelledby': `${idOf(q)}-title`, disabled: !q.may && !on, onchange: async () => {
      const wanted = input.checked;
      input.checked = on; /* the switch shows what stands, not what was touched */
      if (!wanted) { await withdraw(q); return; }
      if (await read(q, {child, signers: data.signers, press: () => send('POST', '/consents', {pupil: child.pupil, purpose: q.purpose, text_version: q.text_version})})) await again(t(data.signers === 'both' ? 'consents.half' : 'consents.signed'));
    }});
    return h('label', {class: 'tick switch question-switch'}, input, h('span', {}, t(waiting ? 'consents.pending' : on ? 'consents.on' : 'consents.off')));
  }

  /* Field by field, with the card a stranger would see beside it. */
  function byFields(q) {
    const now = new Set(q.covered);
    const wanted = new Set(q.covered.length ? q.covered : signed(q).flatMap((d) => d.fields || []));
    const seen = h('div', {class: 'seen', role: 'region', 'aria-label': t('consents.stranger')});
    const save = button({label: t('consents.choose'), kind: 'primary', disabled: true, onclick: () => give()});
    let turn = 0;
    async function draw() {
      const mineTurn = ++turn;
      const fields = [...wanted];
      const same = fields.length === now.size && fields.every((f) => now.has(f));
      save.disabled = same || !fields.length;
      try {
        const got = await get('/consents/preview', {pupil: child.pupil, target: q.target, field: fields}, {signal: ctx.signal});
        if (mineTurn !== turn) return;
        seen.replaceChildren(h('p', {class: 'small soft'}, icon('eye', 's'), t('consents.stranger')), got.nobody ? h('p', {class: 'seen-nobody'}, t(fields.length ? 'consents.no_name' : 'consents.nothing')) : publicCard(withSample(got.card, got.fields)));
        announce(got.nobody ? t('consents.nothing') : t('consents.shown', {fields: got.fields.map((f) => word('consent_field', f)).join(', ')}));
      } catch (error) { fail(error); }
    }
    async function give() {
      const fields = [...wanted];
      const less = [...now].some((f) => !wanted.has(f));
      const press = async () => {
        if (less) await withdrawAll(q); /* what was allowed and is not any more goes first */
        await send('POST', '/consents', {pupil: child.pupil, purpose: 'dissemination', target: q.target, field: fields, text_version: q.text_version});
      };
      if (await read(q, {child, fields, signers: data.signers, press})) await again(t(data.signers === 'both' ? 'consents.half' : 'consents.signed'));
    }
    const boxes = h('fieldset', {class: 'group', disabled: !q.may || null}, h('legend', {}, t('consents.fields')), q.fields.map((f) => {
      const input = h('input', {type: 'checkbox', value: f, checked: wanted.has(f), disabled: !q.may, onchange: () => { input.checked ? wanted.add(f) : wanted.delete(f); draw(); }});
      return h('label', {class: 'tick'}, input, h('span', {}, cap(word('consent_field', f)), f === 'name' && h('span', {class: 'help'}, t('consents.name_help'))));
    }));
    draw();
    return h('div', {class: 'by-fields'}, h('div', {class: 'stack'}, boxes, q.may && h('div', {class: 'row'}, save, signed(q).length > 0 && button({label: t('consents.withdraw_all'), kind: 'quiet', onclick: () => withdraw(q)}), against(q))), seen);
  }

  function question(q) {
    const body = q.paper_only ? null : q.target ? byFields(q) : h('div', {class: 'row'}, plain(q), against(q));
    return h('section', {class: 'question', id: idOf(q), 'aria-labelledby': `${idOf(q)}-title`, tabindex: '-1'},
      h('div', {class: 'row row-apart row-top'}, h('h2', {id: `${idOf(q)}-title`}, q.question), mark({label: q.state === 'none' ? t('consents.not_signed') : word('consent_state', q.state), icon: ICONS[q.state] || 'minus', kind: KINDS[q.state] || 'draft'})),
      h('p', {class: 'measure'}, q.text.split('\n')[0]), standing(q), lock(q, child), body, h('details', {class: 'full-text'}, h('summary', {}, icon('chevron-down'), t('consents.full')), h('div', {class: 'paper'}, paragraphs(q.text))));
  }

  await load();
  return h('div', {}, pageHead({title: t('consents.title'), lead: t(`consents.lead_${data.signers}`, {name: firstName(child.name)})}),
    childChips(children, child.pupil, (v) => { ctx.setQuery({child: v}); ctx.reload(); }), page);
}
