/* Two dialogs over the preview of an import: a row of the file put right cell by cell, and a pupil found by name. */
import {get, list} from '../api.js';
import {t} from '../i18n.js';
import {dialog} from './dialog.js';
import {field} from './field.js';
import {h} from './h.js';
import {icon} from './icon.js';

/* → decisions ["Лист!14.C=05.03.2011", …], none when nothing was changed; null when the person went back. headings: {"C": "Дата рождения"}. */
export async function fixRow({batch, row, headings, signal}) {
  const {cells} = await get(`/imports/${batch}/cells`, {sheet: row.sheet || undefined, row: row.row}, {signal});
  const shown = cells.filter((c) => headings[c.column] || c.text);
  const fields = shown.map((c) => ({column: c.column, was: c.text, input: field({name: `cell-${c.column}`, type: 'text', label: headings[c.column] ? `${headings[c.column]} (${c.column})` : t('import.column', {name: c.column}), max: 300, value: c.text})}));
  const key = `${row.sheet}!${row.row}`;
  const d = dialog({title: t('import.fix_title', {n: row.row}), wide: fields.length > 6, body: [h('p', {class: 'soft'}, t('import.fix_text')), h('div', {class: 'import-columns'}, fields.map((f) => f.input.el))],
    actions: [{label: t('ui.cancel')}, {label: t('import.fix_do'), kind: 'primary', value: 'fix'}]});
  if (await d.result !== 'fix') return null;
  return fields.filter((f) => (f.input.get() || '') !== f.was).map((f) => `${key}.${f.column}=${f.input.get() || ''}`);
}

/* → {id, title} or null. */
export async function findPupil({name}) {
  let chosen = null;
  let turn = 0;
  const found = h('ul', {class: 'list'});
  const said = h('p', {class: 'small soft', role: 'status'});
  async function look(words) {
    const mine = ++turn;
    if ((words || '').trim().length < 2) { found.replaceChildren(); said.textContent = t('import.find_hint'); return; }
    const {items} = await list('/pupils', {query: words.trim(), limit: 12}, {attempts: 1}).catch(() => ({items: []}));
    if (mine !== turn) return;
    said.textContent = t('import.found', {n: items.length});
    found.replaceChildren(...items.map((p) => h('li', {}, h('button', {type: 'button', class: 'list-row import-pupil', onclick: () => { chosen = {id: p.id}; d.close('found'); }},
      icon('person'), h('span', {class: 'grow'}, [p.surname, p.name, p.patronymic].filter(Boolean).join(' ')), h('span', {class: 'soft'}, p.class_name || '')))));
  }
  let timer = null;
  const input = field({name: 'pupil', type: 'text', inputType: 'search', label: t('import.find_label'), value: name, onchange: (v) => { clearTimeout(timer); timer = setTimeout(() => look(v), 200); }});
  const d = dialog({title: t('import.find'), body: [input.el, said, found], actions: [{label: t('ui.cancel')}]});
  look(name);
  await d.result;
  return chosen;
}
