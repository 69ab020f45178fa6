/* One field of a form. field({name, label, type, …}) → {el, name, label, get(), set(v), error(text), focus()}.
 * Types are those of the use-case table: text, lines, int, decimal, bool, date, enum, words, login, secret, id; `options` [{value, label, icon?, help?}]
 * or `values` (a set of /meta) for enum and words; `as`: 'segments' | 'choices' | 'select' chooses the look of an enum, 'switch' of a bool. */
import {h, uid} from './h.js';
import {icon} from './icon.js';
import {words} from './meta.js';
import {t} from '../i18n.js';

const optionsOf = (spec) => spec.options || (spec.values ? words(spec.values) : []);

export function field(spec) {
  const id = spec.id || uid(spec.name || 'field');
  const parts = {id, wrong: h('p', {class: 'wrong', id: `${id}-wrong`, hidden: true}), describe: [spec.help && `${id}-help`, `${id}-wrong`].filter(Boolean).join(' ')};
  const maker = MAKERS[spec.type] || MAKERS.text;
  const made = maker(spec, parts);
  const help = spec.help && made.label !== 'inside' && h('p', {class: 'help', id: `${id}-help`}, spec.help);
  let el;
  if (made.group) {
    el = h('fieldset', {class: `group${spec.whole ? ' whole' : ''}`, id, tabindex: '-1', 'aria-describedby': parts.describe},
      h('legend', {class: spec.hideLabel && 'hush'}, spec.label, must(spec)), made.control, help, parts.wrong);
  } else if (made.label === 'inside') {
    el = h('div', {class: `field${spec.whole ? ' whole' : ''}`}, made.control, parts.wrong);
  } else {
    el = h('div', {class: `field${spec.whole ? ' whole' : ''}`}, h('label', {for: id, class: spec.hideLabel && 'hush'}, spec.label, must(spec)), made.control, help, parts.wrong);
  }
  const focusable = () => (made.group ? el.querySelector('input:checked, input, button') : made.input);
  const api = {el, id, name: spec.name, label: spec.label, spec, input: made.input,
    get: made.get, set: (v) => made.set(v),
    focus: () => focusable()?.focus(),
    error(text) {
      parts.wrong.replaceChildren(...(text ? [icon('warning'), h('span', {}, text)] : []));
      parts.wrong.hidden = !text;
      const target = made.input || el;
      text ? target.setAttribute('aria-invalid', 'true') : target.removeAttribute('aria-invalid');
    }};
  if (spec.value !== undefined && spec.value !== null) made.set(spec.value);
  if (spec.onchange) el.addEventListener(['text', 'lines', undefined].includes(spec.type) ? 'input' : 'change', () => spec.onchange(api.get(), api));
  return api;
}

const must = (spec) => (spec.required || spec.optional === false ? null : spec.optional === true ? h('span', {class: 'must'}, ` · ${t('form.optional')}`) : null);

/* What all plain inputs share. */
const shared = (spec, p) => ({id: p.id, name: spec.name, class: `input${spec.narrow ? ' input-number' : ''}`, 'aria-describedby': p.describe, required: false,
  'aria-required': spec.required ? 'true' : null, autocomplete: spec.autocomplete || 'off', placeholder: spec.placeholder, readonly: spec.readonly, autofocus: spec.autofocus});

function plain(input, read = (v) => v.trim()) {
  return {control: input, input, get: () => { const v = read(input.value); return v === '' || v === undefined ? null : v; }, set: (v) => { input.value = v ?? ''; }};
}
const numeric = (text) => { const v = text.trim().replace(/\s/g, '').replace(',', '.'); return v === '' ? null : Number.isFinite(Number(v)) ? Number(v) : text.trim(); };

const MAKERS = {
  text(spec, p) {
    const list = spec.suggest?.length ? h('datalist', {id: `${p.id}-list`}, spec.suggest.map((v) => h('option', {value: v}))) : null;
    const input = h('input', {...shared(spec, p), type: spec.inputType || 'text', maxlength: spec.max || null, list: list && list.id, inputmode: spec.inputmode, spellcheck: spec.spellcheck});
    return {...plain(input), control: list ? h('div', {}, input, list) : input};
  },
  login: (spec, p) => plain(h('input', {...shared(spec, p), type: 'text', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false'})),
  lines: (spec, p) => plain(h('textarea', {...shared(spec, p), maxlength: spec.max || null, rows: spec.rows || 4})),
  int: (spec, p) => plain(h('input', {...shared({narrow: true, ...spec}, p), type: 'text', inputmode: 'numeric', maxlength: 12}), numeric),
  dec: (spec, p) => plain(h('input', {...shared({narrow: true, ...spec}, p), type: 'text', inputmode: 'decimal', maxlength: 16}), numeric),
  date: (spec, p) => plain(h('input', {...shared({narrow: true, ...spec}, p), type: 'date', min: spec.from || '1900-01-01', max: spec.to || '2100-12-31'})),
  secret(spec, p) {
    const input = h('input', {...shared(spec, p), type: 'password', autocomplete: spec.autocomplete || 'current-password', spellcheck: 'false', autocapitalize: 'none'});
    const eye = h('button', {type: 'button', class: 'button button-icon', 'aria-label': t('form.show_password'), 'aria-pressed': 'false', onclick: () => {
      const on = input.type === 'password';
      input.type = on ? 'text' : 'password';
      eye.setAttribute('aria-pressed', String(on));
      eye.replaceChildren(icon(on ? 'eye-off' : 'eye'));
    }}, icon('eye'));
    return {...plain(input, (v) => v), control: h('div', {class: 'with-button'}, input, eye)};
  },
  bool(spec, p) {
    const input = h('input', {type: 'checkbox', id: p.id, name: spec.name, 'aria-describedby': p.describe, role: spec.as === 'switch' ? 'switch' : null});
    const control = h('label', {class: `tick${spec.as === 'switch' ? ' switch' : ''}`}, input,
      h('span', {}, spec.label, spec.help && h('span', {class: 'help', id: `${p.id}-help`}, spec.help)));
    return {control, input, label: 'inside', get: () => input.checked, set: (v) => { input.checked = Boolean(v); }};
  },
  enum(spec, p) {
    const options = optionsOf(spec);
    if (spec.as === 'segments' || spec.as === 'choices') return radios(spec, p, options);
    const select = h('select', {...shared(spec, p)}, h('option', {value: ''}, spec.none ?? t('form.not_chosen')),
      options.map((o) => h('option', {value: o.value}, o.label)));
    return plain(select);
  },
  words(spec, p) {
    const boxes = optionsOf(spec).map((o) => ({o, input: h('input', {type: 'checkbox', name: spec.name, value: o.value})}));
    const control = h('div', {id: `${p.id}-group`}, boxes.map(({o, input}) => h('label', {class: 'tick'}, input, h('span', {}, o.label, o.help && h('span', {class: 'help'}, o.help)))));
    return {group: true, control, get: () => boxes.filter((b) => b.input.checked).map((b) => b.o.value),
      set: (v) => boxes.forEach((b) => { b.input.checked = (v || []).includes(b.o.value); })};
  },
};
MAKERS.id = MAKERS.text;
MAKERS.decimal = MAKERS.dec;

function radios(spec, p, options) {
  const choices = spec.as === 'choices';
  const items = options.map((o) => ({o, input: h('input', {type: 'radio', name: `${p.id}-${spec.name}`, value: o.value})}));
  const control = h('div', {class: choices ? 'choices' : 'segments'}, items.map(({o, input}) =>
    h('label', {class: choices ? 'choice' : 'segment'}, input, o.icon && icon(o.icon), h('span', {}, o.label))));
  return {group: true, control, get: () => items.find((i) => i.input.checked)?.o.value ?? null,
    set: (v) => items.forEach((i) => { i.input.checked = i.o.value === v; })};
}
