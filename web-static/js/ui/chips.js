/* chips({label, options: [{value, label, count}], value, onchange}): one of several, pressed; pressing the pressed one takes it off unless `must`. */
import {h} from './h.js';
import {field} from './field.js';
import {icon} from './icon.js';
import {t} from '../i18n.js';

export function chips({label, options, value, onchange, must = false, scroll = true}) {
  let now = value ?? '';
  const el = h('div', {class: `chips${scroll ? ' chips-scroll' : ''}`, role: 'group', 'aria-label': label});
  const draw = () => [...el.children].forEach((b) => b.setAttribute('aria-pressed', String(b.dataset.value === now)));
  el.append(...options.map((o) => h('button', {type: 'button', class: 'chip', dataset: {value: o.value}, 'aria-pressed': String(o.value === now), onclick: () => {
    now = now === o.value && !must ? '' : o.value;
    draw();
    onchange(now || null);
  }}, o.icon && icon(o.icon), o.label, o.count != null && h('span', {class: 'number'}, o.count))));
  return el;
}

/* filters(ctx, specs, onchange): search and selects whose values stand in the address. specs: [{name, label, values | options, type}];
 * → {el, values()}. A change waits for a pause in typing and writes the address. */
export function filters(ctx, specs, onchange) {
  const values = () => Object.fromEntries(specs.map((f) => [f.name, ctx.query.get(f.name) || undefined]).filter(([, v]) => v));
  let timer = null;
  const put = (name, v, now) => {
    const next = v === true ? '1' : v || null;
    if ((ctx.query.get(name) || null) === next) return;
    next ? ctx.query.set(name, next) : ctx.query.delete(name);
    ctx.setQuery({[name]: next});
    clearTimeout(timer);
    timer = setTimeout(() => onchange(values()), now ? 0 : 300);
  };
  const el = h('div', {class: 'filters', role: 'group', 'aria-label': t('ui.filters')}, specs.map((f) => {
    if (f.type === 'search') return search(f, ctx.query.get(f.name) || '', (v) => put(f.name, v, false));
    if (f.as === 'chips') return chips({label: f.label, options: f.options, value: ctx.query.get(f.name), onchange: (v) => put(f.name, v, true)});
    return field({none: t('ui.all'), type: 'enum', ...f, value: ctx.query.get(f.name) || '', onchange: (v) => put(f.name, v, true)}).el;
  }));
  return {el, values};
}

function search(f, value, onchange) {
  const made = field({...f, type: 'text', inputType: 'search', value, onchange});
  made.el.classList.add('search');
  return made.el;
}
