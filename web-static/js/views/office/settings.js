/* Settings of the school: names of the program's settings in words, saved together. */
import {h} from '../../ui/h.js';
import {form} from '../../ui/form.js';
import {pageHead} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';
import {word} from '../../ui/meta.js';
import {get, send} from '../../api.js';
import {t} from '../../i18n.js';

function fieldOfSetting(known) {
  const base = {name: known.name, label: known.title, value: known.value, help: t('settings.default', {value: known.default})};
  if (known.words === '*' || known.words === '@') return {...base, type: 'text', max: 200, help: undefined};
  if (known.words?.startsWith('+')) return {...base, type: 'words', value: known.value.split(/[ ,]+/), options: known.words.slice(1).split(' ').map((w) => ({value: w, label: w === 'none' ? t('settings.word_none') : word('role', w)})), help: undefined};
  if (known.words) return {...base, type: 'enum', options: known.words.split(' ').map((w) => ({value: w, label: t(`settings.word_${w}`)}))};
  if (known.max) return {...base, type: 'int', min: known.min, max: known.max, value: Number(known.value), narrow: true, help: t('settings.range', {from: known.min, to: known.max, value: known.default})};
  return {...base, type: 'text', max: 60};
}

export async function view(ctx) {
  ctx.title(t('settings.title'));
  const school = await get('/school', null, {signal: ctx.signal});
  const names = form({usecase: 'school.set', fields: ['name', 'short_name'], values: school, submit: t('ui.save'), send: async (values) => {
    await send('PATCH', '/school', values);
    toast(t('settings.saved'));
  }});
  const settings = form({fields: (school.known || []).map(fieldOfSetting), submit: t('ui.save'), two: true, send: async (values, made) => {
    const changed = Object.entries(made.whole()).map(([name, v]) => [name, Array.isArray(v) ? v.join(' ') : String(v ?? '')]).filter(([name, v]) => v !== school.settings[name]);
    if (!changed.length) { toast(t('settings.same')); return; }
    const saved = await send('PATCH', '/school', {setting: changed.map(([name, v]) => `${name}=${v}`)});
    school.settings = saved.settings;
    toast(t('settings.saved'));
  }});
  return h('div', {class: 'stack-l'}, pageHead({title: t('settings.title'), lead: t('settings.lead')}),
    h('section', {class: 'stack'}, h('h2', {}, t('settings.school')), names.el),
    h('section', {class: 'stack'}, h('h2', {}, t('settings.rules')), settings.el),
    h('section', {class: 'stack-s'}, h('h2', {}, t('settings.key')), h('p', {class: 'measure soft'}, t('settings.key_text')), h('p', {}, h('code', {class: 'code'}, school.fingerprint))));
}
