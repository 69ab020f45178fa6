/* form({usecase: 'entry.add', fields: ['title', 'level', {name: 'date', label: …}], values, submit, send}) → {el, values(), set(), errors()}.
 * Labels, types, limits and value sets come from /api/v1/meta; what a page gives beside the name wins. `send(values)` is awaited; a refusal
 * that names a field stands beside it and in the summary on top, which links to the fields. Nothing typed is lost. */
import {h} from './h.js';
import {button, busy} from './button.js';
import {field} from './field.js';
import {icon} from './icon.js';
import {fieldOf} from './meta.js';
import {says} from './toast.js';
import {t} from '../i18n.js';

export function form({usecase, fields, values = {}, submit, send, cancel, two = false, more, extra, kind = 'primary', onchange, compact = false}) {
  const all = [];
  const make = (spec) => {
    if (spec instanceof Node) return spec;
    const wanted = typeof spec === 'string' ? {name: spec} : spec;
    const known = usecase ? fieldOf(usecase, wanted.name) : {};
    const made = field({...known, ...wanted, value: values[wanted.name] ?? wanted.value});
    all.push(made);
    return made.el;
  };
  const summary = h('div', {class: 'errors', role: 'alert', tabindex: '-1', hidden: true});
  const body = fields.map(make);
  const extraBody = more?.fields.map(make);
  const go = submit && button({label: submit, kind, type: 'submit'});
  const el = h('form', {class: 'form', novalidate: true}, summary,
    two ? h('div', {class: 'form form-two'}, body) : body,
    extraBody && h('details', {class: 'more-fields', open: more.open}, h('summary', {}, icon('chevron-down'), more.label), h('div', {class: `form${two ? ' form-two' : ''}`}, extraBody)),
    extra,
    (go || cancel) && h('div', {class: compact ? 'row' : 'form-actions'}, go, cancel && button({label: t('ui.cancel'), kind: 'quiet', ...(typeof cancel === 'string' ? {href: cancel} : {onclick: cancel})})));
  const api = {el, fields: all, field: (name) => all.find((f) => f.name === name),
    values: () => Object.fromEntries(all.map((f) => [f.name, f.get()]).filter(([, v]) => v !== null && v !== undefined && !(Array.isArray(v) && !v.length))),
    /* with null where a field was emptied: for edits */
    whole: () => Object.fromEntries(all.map((f) => [f.name, f.get()])),
    set: (next) => Object.entries(next).forEach(([name, v]) => api.field(name)?.set(v)),
    errors(list) { show(all, summary, list); },
    check() {
      const found = all.map((f) => [f, missing(f)]).filter(([, e]) => e).map(([f, text]) => ({field: f.name, text}));
      api.errors(found);
      return !found.length;
    },
    async submit() {
      if (!api.check()) return undefined;
      try {
        const done = await (go ? busy(go, () => send(api.values(), api)) : send(api.values(), api));
        api.errors([]);
        return done;
      } catch (error) {
        if (error.name === 'AbortError') return undefined;
        if (error.name !== 'ApiError') console.error(error);
        api.errors([{field: error.field, text: says(error)}]);
        return undefined;
      }
    }};
  el.addEventListener('submit', (e) => { e.preventDefault(); api.submit(); });
  if (onchange) ['input', 'change'].forEach((type) => el.addEventListener(type, () => onchange(api)));
  return api;
}

function missing(f) {
  const value = f.get();
  const blank = value === null || value === '' || (Array.isArray(value) && !value.length);
  if (f.spec.required && blank) return f.spec.missing || t('form.required');
  if (!blank && (f.spec.type === 'int' || f.spec.type === 'decimal')) {
    if (typeof value !== 'number' || (f.spec.type === 'int' && !Number.isInteger(value))) return t('form.number');
    if (f.spec.max && value > f.spec.max) return t('form.most', {value: f.spec.max});
    if (f.spec.min && value < f.spec.min) return t('form.least', {value: f.spec.min});
  }
  return f.spec.check?.(value) || null;
}

function show(all, summary, list) {
  all.forEach((f) => f.error(''));
  for (const e of list) all.find((f) => f.name === e.field)?.error(e.text);
  summary.hidden = !list.length;
  if (!list.length) return summary.replaceChildren();
  summary.replaceChildren(h('strong', {}, t('form.errors', {n: list.length})), h('ul', {}, list.map((e) => {
    const f = all.find((x) => x.name === e.field);
    if (!f) return h('li', {}, e.text);
    return h('li', {}, h('a', {href: `#${f.id}`, onclick: (event) => { event.preventDefault(); openAround(f.el); f.focus(); }}, `${f.label}: ${e.text}`));
  })));
  const first = all.find((f) => f.name === list[0].field);
  if (first) { openAround(first.el); first.focus(); } else summary.focus();
  return undefined;
}
const openAround = (el) => { const d = el.closest('details'); if (d) d.open = true; };
