/* dialog({title, body, actions}) over the page; confirm() and ask() for the two usual questions. Escape and the cross close it; the focus
 * goes back to where it was. actions: [{label, kind, value, press}]: `press` may be async and keeps the dialog open when it throws or gives false. */
import {h, uid} from './h.js';
import {button, busy} from './button.js';
import {fail} from './toast.js';
import {t} from '../i18n.js';

export function dialog({title, body, actions = [], wide = false, closable = true, onclose}) {
  const id = uid('dialog');
  let settle;
  const result = new Promise((resolve) => { settle = resolve; });
  const before = document.activeElement;
  let value = null;
  const close = (v = null) => { value = v; el.close(); };
  const el = h('dialog', {class: `dialog${wide ? ' dialog-wide' : ''}`, 'aria-labelledby': id},
    h('div', {class: 'dialog-head'}, h('h2', {id}, title), closable && button({label: t('ui.close'), icon: 'close', only: true, onclick: () => close()})),
    h('div', {class: 'dialog-body stack'}, body),
    actions.length > 0 && h('div', {class: 'dialog-actions'}, actions.map((a) => actionButton(a, close))));
  el.addEventListener('cancel', (e) => { if (!closable) e.preventDefault(); });
  el.addEventListener('click', (e) => { if (closable && e.target === el) close(); });
  el.addEventListener('close', () => {
    const messages = el.querySelector('.toasts');
    if (messages) document.body.append(...el.querySelectorAll(':scope > .toasts, :scope > .hush'));
    el.remove();
    if (before?.isConnected) before.focus();
    onclose?.(value);
    settle(value);
  });
  document.body.append(el);
  el.showModal();
  (el.querySelector('[autofocus], .dialog-body .input') || el.querySelector('.dialog-actions .button-primary'))?.focus();
  return {el, close, result};
}

function actionButton(a, close) {
  const el = button({label: a.label, kind: a.kind, icon: a.icon, onclick: () => run()});
  async function run() {
    if (!a.press) return close(a.value ?? null);
    try {
      const kept = await busy(el, a.press);
      if (kept !== false) close(a.value ?? kept ?? true);
    } catch (error) {
      fail(error);
    }
    return undefined;
  }
  return el;
}

/* → true when agreed. `text` says exactly what will happen; `action` is the verb on the button. */
export function confirm({title, text, action, danger = false, press}) {
  return dialog({title, body: [text].flat().map((p) => (p instanceof Node ? p : h('p', {}, p))), actions: [
    {label: t('ui.cancel'), value: false},
    {label: action, kind: danger ? 'danger primary' : 'primary', value: true, press},
  ]}).result.then((v) => v === true);
}

/* → the text, or null. `press(text)` may send it; its refusal stands beside the field. */
export function ask({title, text, label, help, value = '', action, lines = true, max = 1000, required = true, press, choices = []}) {
  const id = uid('ask');
  const wrong = h('p', {class: 'wrong', id: `${id}-wrong`, hidden: true});
  const input = h(lines ? 'textarea' : 'input', {class: 'input', id, maxlength: max, value, autofocus: true, 'aria-describedby': `${id}-wrong`});
  const refuse = (words) => { wrong.textContent = words; wrong.hidden = !words; input.setAttribute('aria-invalid', words ? 'true' : 'false'); if (words) input.focus(); };
  return dialog({title, body: [text && h('p', {}, text),
    choices.length > 0 && h('div', {class: 'chips'}, choices.map((c) => h('button', {type: 'button', class: 'chip', onclick: () => { input.value = c; input.focus(); }}, c))),
    h('div', {class: 'field'}, h('label', {for: id}, label), help && h('p', {class: 'help'}, help), wrong, input)],
  actions: [{label: t('ui.cancel')}, {label: action, kind: 'primary', press: async () => {
    const words = input.value.trim();
    if (required && !words) { refuse(t('form.required')); return false; }
    refuse('');
    try {
      if (press) await press(words);
    } catch (error) {
      if (error.name === 'ApiError' && error.field) { refuse(error.message); return false; }
      throw error;
    }
    return words || true;
  }}]}).result.then((v) => (v === true ? '' : v));
}
