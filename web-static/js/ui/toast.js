/* toast('Отправлено', {action: {label, press}, attention: true}) says what happened; announce(text) only for screen readers.
 * fail(error) says what an ApiError says. Messages stay until read: 8 seconds, longer with an action, forever while hovered or focused. */
import {h} from './h.js';
import {icon} from './icon.js';
import {t} from '../i18n.js';

const parts = {};
function place() {
  if (!parts.box) {
    parts.box = h('div', {class: 'toasts', role: 'region', 'aria-label': t('ui.messages')});
    parts.quiet = h('div', {class: 'hush', role: 'status', 'aria-live': 'polite'});
    parts.loud = h('div', {class: 'hush', role: 'alert'});
    document.body.append(parts.box, parts.quiet, parts.loud);
  }
  /* A modal dialog makes the rest inert: messages move into it. */
  const top = [...document.querySelectorAll('dialog[open]')].pop() || document.body;
  if (parts.box.parentNode !== top) top.append(parts.box, parts.quiet, parts.loud);
  return parts;
}

export function announce(text, loud = false) {
  const el = loud ? place().loud : place().quiet;
  el.textContent = el.textContent === text ? `${text}\u00a0` : text;
}

export function toast(text, {action, attention = false, stay = false} = {}) {
  const close = () => el.remove();
  const el = h('div', {class: 'toast'},
    icon(attention ? 'warning' : 'check'), h('div', {class: 'grow'}, text),
    action && h('button', {class: 'button', type: 'button', onclick: () => { close(); action.press(); }}, action.label),
    h('button', {class: 'button button-icon', type: 'button', 'aria-label': t('ui.close'), onclick: close}, icon('close')));
  const box = place().box;
  [...box.children].filter((x) => x.dataset.text === text).forEach((x) => x.remove());
  el.dataset.text = text;
  box.append(el);
  while (parts.box.children.length > 3) parts.box.firstChild.remove();
  announce(text, attention);
  const wait = () => setTimeout(() => (el.matches(':hover, :focus-within') ? wait() : close()), action ? 15000 : 8000);
  if (!stay) wait();
  return close;
}

export function fail(error) {
  if (error?.name === 'AbortError') return;
  if (error?.name !== 'ApiError') console.error(error);
  toast(says(error), {attention: true});
}

/* Words of an error: the server's are in the reader's language already. */
export function says(error) {
  if (error?.name === 'ApiError') return error.status ? error.message : t('net.unreachable');
  return t('problem.unknown');
}
