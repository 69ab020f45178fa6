/* To nominate: choose the award, see who fulfils what it asks for, say what for. Others of the class may be nominated too. */
import {get, list, send} from '../../api.js';
import {dateShort, t} from '../../i18n.js';
import {asked} from '../../ui/award.js';
import {button} from '../../ui/button.js';
import {chips} from '../../ui/chips.js';
import {dialog} from '../../ui/dialog.js';
import {entryLine} from '../../ui/entry.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {empty, mark, pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';

export async function view(ctx) {
  ctx.title(t('awards.nominate'));
  const options = {signal: ctx.signal};
  const kinds = (await list('/awards/kinds', {state: 'active', limit: 200}, options)).items;
  const kind = kinds.find((k) => k.id === ctx.query.get('kind')) || kinds[0];
  const head = pageHead({title: t('awards.nominate'), lead: t('awards.nominate_lead'), back: {href: '/awards', label: t('awards.title')}});
  if (!kind) return h('div', {}, head, empty({icon: 'medal', title: t('awards.no_kinds'), text: t('awards.no_kinds_text')}));
  const found = await get('/awards/suggested', {kind: kind.id}, options);
  return h('div', {}, head,
    chips({label: t('awards.kind'), must: true, options: kinds.map((k) => ({value: k.id, label: k.title})), value: kind.id,
      onchange: (v) => { ctx.setQuery({kind: v}); ctx.query.set('kind', v); ctx.reload(); }}),
    h('p', {class: 'soft'}, asked(kind)), kind.text && h('p', {class: 'lines'}, kind.text),
    h('h2', {}, t('awards.fulfil', {n: found.items.length})),
    found.items.length ? h('ul', {class: 'award-list award-found'}, found.items.map((x) => person(ctx, kind, x)))
      : h('p', {class: 'soft'}, t('awards.fulfil_none')),
    button({label: t('awards.other'), icon: 'plus', onclick: () => other(ctx, kind).catch(fail)}));
}

const person = (ctx, kind, x) => h('li', {class: 'award-person'},
  h('div', {}, h('strong', {}, x.pupil_name), ' ', h('span', {class: 'soft'}, x.class_name || ''),
    h('ul', {class: 'small award-why'}, x.entries.map((e) => h('li', {}, h('a', {href: `/entries/${e.id}`}, e.title), ' ', h('span', {class: 'soft'}, [entryLine(e), e.date && dateShort(e.date)].filter(Boolean).join(' · ')))))),
  x.nominated ? mark({label: t('awards.nominated'), icon: 'check'}) : button({label: t('awards.propose'), icon: 'send', 'aria-label': t('awards.propose_who', {who: x.pupil_name}), onclick: () => write(ctx, kind, x)}));

function write(ctx, kind, x) {
  const made = form({usecase: 'award.nominate', fields: [{name: 'text', rows: 4, label: t('awards.because'), value: x.entries.map((e) => e.title).join('; ')}]});
  dialog({title: t('awards.propose_who', {who: x.pupil_name}), body: [h('p', {class: 'soft'}, kind.title), made.el], actions: [{label: t('ui.cancel')}, {label: t('awards.send'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    await send('POST', '/awards', {...made.values(), pupil: x.pupil, kind: kind.id, entry: x.entries.map((e) => e.id)});
    toast(t('awards.sent'));
    ctx.reload();
    return true;
  }}]});
}

/* Somebody else one may see: chosen by name. */
async function other(ctx, kind) {
  const {items} = await list('/pupils', {limit: 500}, {signal: ctx.signal});
  const made = form({fields: [{name: 'pupil', type: 'enum', as: 'select', required: true, label: t('awards.pupil'),
    options: items.map((p) => ({value: p.id, label: `${[p.surname, p.name, p.patronymic].filter(Boolean).join(' ')}, ${p.class_name || ''}`}))}]});
  dialog({title: t('awards.other'), body: made.el, actions: [{label: t('ui.cancel')}, {label: t('ui.next'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    const id = made.values().pupil;
    const p = items.find((i) => i.id === id);
    setTimeout(() => write(ctx, kind, {pupil: id, pupil_name: [p.surname, p.name].join(' '), entries: []}));
    return true;
  }}]});
}
