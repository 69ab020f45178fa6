/* Scanned sheets: the picture at the left, what it says at the right; a person compares and confirms, page by page. */
import {all, get, send, url} from '../../api.js';
import {sortBy, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word, words} from '../../ui/meta.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';
import {viewer} from '../../ui/viewer.js';

const KIND = {found: {icon: 'qr'}, entered: {kind: 'good', icon: 'check'}, not_recognised: {kind: 'attention', icon: 'warning'}, unknown: {kind: 'attention', icon: 'help'}, duplicate: {kind: 'draft', icon: 'files'}, not_allowed: {kind: 'attention', icon: 'lock'}};

export async function view(ctx) {
  ctx.title(t('scan.title'));
  const batch = await get(`/consents/scans/${ctx.params.scan}`, null, {signal: ctx.signal});
  const home = `/class/consents${ctx.query.get('class') ? `?class=${ctx.query.get('class')}` : ''}`;
  const klass = ctx.query.get('class') || batch.class;
  const state = {at: Math.max(0, batch.pages.findIndex((p) => p.outcome === 'found'))};
  const rows = h('ul', {class: 'check-list', 'aria-label': t('scan.pages')});
  const doc = h('section', {class: 'check-doc', 'aria-label': t('scan.picture')});
  const side = h('section', {class: 'check-side', 'aria-label': t('scan.fields')});
  const left = () => batch.pages.filter((p) => p.outcome === 'found').length;
  const lead = h('p', {class: 'check-left', role: 'status'});

  function draw() {
    lead.textContent = left() ? t('scan.left', {n: left()}) : t('scan.none_left');
    rows.replaceChildren(...batch.pages.map((p, i) => h('li', {}, h('button', {type: 'button', class: 'check-row', 'aria-current': i === state.at ? 'true' : null, onclick: () => { state.at = i; draw(); }},
      h('span', {class: 'scan-number number'}, p.page), h('span', {class: 'grow'}, h('span', {class: 'check-row-title'}, p.pupil_name || p.file), h('span', {class: 'small'}, mark({label: t(`scan.${p.outcome}`), ...KIND[p.outcome]})))))));
    show(batch.pages[state.at]);
  }

  function show(p) {
    if (!p) { doc.replaceChildren(empty({icon: 'file', title: t('scan.empty')})); side.replaceChildren(); return; }
    const src = () => url(`/consents/scans/${batch.id}/page`, {page: p.page});
    doc.replaceChildren(viewer({pages: [{src, alt: t('scan.page', {n: p.page}), name: p.file}]}).el);
    side.replaceChildren(...[h('h2', {class: 'check-title'}, t('scan.page', {n: p.page})), h('p', {class: 'soft'}, p.of > 1 ? t('scan.of_file', {name: p.file, n: p.of}) : p.file), p.outcome === 'found' ? fields(p) : about(p), p.outcome === 'not_recognised' && klass && unread(p)].filter(Boolean));
  }

  const about = (p) => (p.outcome === 'entered' ? note({icon: 'check', text: t('scan.entered_text', {name: p.pupil_name})}) : note({attention: true, icon: 'warning', title: t(`scan.${p.outcome}`), text: t(`scan.${p.outcome}_text`)}));

  /* The person says whose sheet it is; then it is like the others. */
  function unread(p) {
    const box = h('div', {});
    const made = form({fields: [{name: 'pupil', type: 'enum', label: t('class.pupil'), options: [], required: true}, {name: 'purpose', type: 'enum', label: t('scan.purpose'), required: true,
      options: words('consent_purpose').filter((w) => w.value !== 'dissemination').map((w) => ({value: w.value, label: t(`consents.purpose_${w.value}`)}))}], submit: t('scan.name_it'), kind: '', send: async (v) => {
      const [people, rows] = await Promise.all([all(`/classes/${klass}/accounts`, {}, {signal: ctx.signal}), all(`/classes/${klass}/consents`, {}, {signal: ctx.signal})]);
      const row = rows.find((r) => r.pupil === v.pupil);
      Object.assign(p, {...v, named: true, pupil_name: row?.pupil_name || '', signers: row?.signers || 'guardian',
        guardians: people.filter((x) => x.pupil === v.pupil && x.kind === 'guardian').map((x) => ({id: x.subject, name: x.name, relation: x.relation}))});
      box.replaceChildren(fields(p));
    }});
    all('/pupils', {class: klass}, {signal: ctx.signal}).then((items) => made.field('pupil').input.append(...sortBy(items.map((x) => ({id: x.id, name: [x.surname, x.name].filter(Boolean).join(' ')})), (x) => x.name).map((x) => h('option', {value: x.id}, x.name))), () => {});
    box.append(made.el);
    return box;
  }

  function fields(p) {
    const guardians = p.guardians.map((g) => ({value: g.id, label: `${g.name} · ${word('guardian_kind', g.relation)}`}));
    const chosen = p.purpose === 'dissemination';
    const made = form({fields: [
      ...(p.signers === 'pupil' ? [] : [{name: 'guardian', type: 'enum', as: 'segments', label: t('scan.by'), help: t(`scan.by_${p.signers}`), options: guardians, value: guardians.length === 1 ? guardians[0].value : undefined, required: p.signers === 'guardian'}]),
      ...(p.signers === 'guardian' ? [] : [{name: 'pupil', type: 'bool', label: t('scan.pupil_signs', {name: p.pupil_name}), value: true}]),
      {name: 'paper_date', type: 'date', label: t('scan.date'), required: true, to: ctx.session.today},
      ...(chosen ? [{name: 'field', type: 'words', label: t('scan.field'), options: words('consent_field'), required: true}] : []),
      {name: 'conditions', type: 'lines', rows: 2, label: t('scan.conditions'), max: 1000},
      {name: 'refuse', type: 'bool', label: t('scan.refuse')},
    ], submit: t('scan.enter'), send: async (values) => {
      const {guardian, pupil, ...rest} = values;
      const by = [pupil && p.pupil, guardian].filter(Boolean);
      if (!by.length) { made.errors([{field: p.signers === 'pupil' ? 'pupil' : 'guardian', text: t('scan.nobody')}]); return; }
      await send('POST', `/consents/scans/${batch.id}/enter`, {page: p.page, ...rest, by, refuse: values.refuse || undefined, ...(p.named ? {pupil: p.pupil, purpose: p.purpose} : {})});
      p.outcome = 'entered';
      toast(t('scan.entered_toast', {name: p.pupil_name}));
      const next = batch.pages.findIndex((x) => x.outcome === 'found');
      if (next >= 0) state.at = next;
      draw();
    }});
    return h('div', {class: 'stack'}, h('dl', {class: 'facts'}, h('dt', {}, t('class.pupil')), h('dd', {}, p.pupil_name), h('dt', {}, t('scan.purpose')), h('dd', {}, t(`consents.purpose_${p.purpose}`)),
      p.target_title && [h('dt', {}, t('scan.target')), h('dd', {}, p.target_title)]), note({icon: 'eye', text: t('scan.compare')}), made.el);
  }

  const drop = button({label: t('scan.drop'), icon: 'trash', kind: 'quiet', press: async () => {
    if (left() && !await confirm({title: t('scan.drop'), text: t('scan.drop_text'), action: t('scan.drop_do'), danger: true})) return;
    await send('DELETE', `/consents/scans/${batch.id}`);
    ctx.go(home);
  }});
  draw();
  return h('div', {class: 'check check-open check-scan'}, pageHead({title: t('scan.title'), back: {href: home, label: t('consents.title')}, actions: drop}), lead, h('div', {class: 'check-panes'}, h('div', {class: 'check-queue'}, rows), doc, side));
}
